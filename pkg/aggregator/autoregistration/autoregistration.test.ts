import { randomUUID } from 'node:crypto';
import t, { type Test } from 'tap';
import { apiServiceKind } from '../../../apis/apiregistration/v1/api-service.ts';
import type { APIService } from '../../../apis/apiregistration/v1/api-service-schema.ts';
import { newInternalError } from '../../apimachinery/errors/constructors.ts';
import { cloneJSON } from '../../apimachinery/runtime/json.ts';
import { newStructuralValidator } from '../../apimachinery/validation/structural.ts';
import { newListerWatcher } from '../../apiserver/registry/lister-watcher.ts';
import { everything } from '../../apiserver/registry/selection.ts';
import { Store } from '../../apiserver/registry/store.ts';
import type { WriteOptions } from '../../apiserver/registry/store-options.ts';
import { anonymousUser } from '../../apiserver/user-info.ts';
import { newInformer } from '../../client/cache/informer.ts';
import { discardLogger } from '../../component/logs/logger.ts';
import type { Storage } from '../../storage/interface.ts';
import { newMemoryStorage } from '../../storage/memory/memory-storage.ts';
import { type FakeClock, newFakeClock } from '../../testing/fake-clock.ts';
import { automanagedLabel } from './local-api-service.ts';
import { type Autoregistration, type AutoregistrationOptions, newAutoregistration } from './autoregistration.ts';
import { newTakeoverWarning } from './takeover-warning.ts';

const local = [
  { group: '', version: 'v1', groupPriorityMinimum: 18_000, versionPriority: 1 },
  { group: 'apiregistration.k8s.io', version: 'v1', groupPriorityMinimum: 20_001, versionPriority: 1 },
  { group: 'a.example', version: 'v1beta1', groupPriorityMinimum: 16_500, versionPriority: 15 },
];

/** A storage with APIServices, which outlives the server. */
interface World {
  readonly clock: FakeClock;
  readonly storage: Storage;
  readonly store: Store<APIService>;
  /** Texts of the `Warning` header so far. */
  readonly warnings: string[];
}

interface Server {
  readonly controller: Autoregistration;
  readonly stop: () => Promise<void>;
}

function newWorld(t: Test): World {
  const clock = newFakeClock();
  const storage = newMemoryStorage();
  t.teardown(() => storage.close());
  const isLocal = ({ group, version }: { group: string; version: string }): boolean =>
    local.some((each) => each.group === group && each.version === version);
  const store = new Store<APIService>({
    kind: apiServiceKind,
    storage,
    validator: newStructuralValidator(),
    admission: [newTakeoverWarning(isLocal)],
    now: () => clock.now(),
    newUID: randomUUID,
    newNameSuffix: () => 'xxxxx',
  });
  return { clock, storage, store, warnings: [] };
}

/** Starts a server over a world that may have seen others before. */
async function start(
  t: Test,
  { clock, store }: World,
  differences: Partial<AutoregistrationOptions> = {},
): Promise<Server> {
  const logger = discardLogger;
  const apiServices = newInformer({ name: 'apiservices', listerWatcher: newListerWatcher(store), logger, clock });
  const controller = newAutoregistration({ local, apiServices, store, clock, logger, ...differences });
  const stopping = new AbortController();
  const running = Promise.all([apiServices.run(stopping.signal), controller.run(stopping.signal)]);
  const stop = async (): Promise<void> => {
    stopping.abort();
    await running;
  };
  t.teardown(stop);
  await controller.waitForSync(AbortSignal.timeout(5000));
  await clock.advance(0);
  return { controller, stop };
}

function writeTo({ warnings }: World): WriteOptions {
  return { user: anonymousUser, dryRun: false, warn: (text) => void warnings.push(text) };
}

async function listNames({ store }: World): Promise<string[]> {
  const query = { namespace: '', selection: everything, limit: 0, continueToken: '' };
  const { items } = await store.list({ ...query, resourceVersion: '', resourceVersionMatch: '' });
  return items.map(({ metadata }) => metadata.name ?? '');
}

async function edit(world: World, name: string, change: (draft: APIService) => void): Promise<void> {
  const transform = (old: APIService): APIService => {
    const draft = cloneJSON(old);
    change(draft);
    return draft;
  };
  await world.store.update({ namespace: '', name, subresource: '', transform }, writeTo(world));
}

function getSpec({ store }: World, name: string): Promise<APIService['spec']> {
  return store.get({ namespace: '', name }).then(({ spec }) => spec);
}

const service = { namespace: 'ns', name: 'svc', port: 443 };

function newRemote(name: string, labels: Record<string, string> = {}): APIService {
  const [version = '', ...group] = name.split('.');
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name, labels },
    spec: { version, group: group.join('.'), groupPriorityMinimum: 1, versionPriority: 1, service },
  };
}

t.test('what the server serves by itself is registered, but for the group of registration', async (t) => {
  const world = newWorld(t);
  const { controller } = await start(t, world);
  t.same(await listNames(world), ['v1.', 'v1beta1.a.example']);
  t.same([controller.hasSynced(), controller.missing()], [true, []]);
  t.match(await world.store.get({ namespace: '', name: 'v1beta1.a.example' }), {
    metadata: { labels: { [automanagedLabel]: 'onstart' } },
    spec: { group: 'a.example', version: 'v1beta1', groupPriorityMinimum: 16_500, versionPriority: 15 },
    status: {
      conditions: [
        { type: 'Available', status: 'True', reason: 'Local', message: 'Local APIServices are always available' },
      ],
    },
  });
});

t.test('a server that finds everything in place writes nothing', async (t) => {
  const world = newWorld(t);
  const first = await start(t, world);
  await first.stop();
  const before = await world.storage.revision();
  await start(t, world);
  await world.clock.advance(10_000);
  t.equal(await world.storage.revision(), before);
});

t.test('what is deleted or edited comes back, after a moment for whoever replaces it', async (t) => {
  const world = newWorld(t);
  await start(t, world);
  const name = 'v1beta1.a.example';
  await world.store.delete({ namespace: '', name }, writeTo(world));
  await world.clock.advance(900);
  t.same(await listNames(world), ['v1.']);
  await world.clock.advance(200);
  t.same(await listNames(world), ['v1.', name]);
  await edit(world, name, ({ spec }) => Object.assign(spec ?? {}, { versionPriority: 3, service }));
  await world.clock.advance(1100);
  t.match(await getSpec(world, name), { versionPriority: 15, service: undefined });
  t.same(world.warnings, [], 'what stays local takes nothing over');
});

t.test(
  'an APIService without the label belongs to somebody else, and whoever takes a group/version over is warned',
  async (t) => {
    const world = newWorld(t);
    await start(t, world);
    await edit(world, 'v1.', ({ metadata, spec }) => {
      delete metadata.labels;
      if (spec !== undefined) spec.service = service;
    });
    const replaced = 'v1beta1.a.example';
    await world.store.delete({ namespace: '', name: replaced }, writeTo(world));
    await world.store.create(newRemote(replaced), '', writeTo(world));
    await world.store.create(newRemote('v1.b.example'), '', writeTo(world));
    await world.clock.advance(10_000);
    t.match(await getSpec(world, 'v1.'), { service });
    t.match(await getSpec(world, replaced), { service });
    const text = (gv: string): string =>
      `spec.service: this server serves ${gv} by itself; requests go to ns/svc instead, as long as this APIService says so`;
    t.same(world.warnings, [text('v1'), text('a.example/v1beta1')]);
  },
);

t.test('a group/version that is no longer served loses its APIService at the next start', async (t) => {
  const world = newWorld(t);
  const first = await start(t, world);
  await first.stop();
  await world.store.create(newRemote('v1.crd.example', { [automanagedLabel]: 'true' }), '', writeTo(world));
  await world.store.create(newRemote('v1.own.example'), '', writeTo(world));
  await start(t, world, { local: local.slice(0, 2) });
  t.same(await listNames(world), ['v1.', 'v1.own.example']);
  await world.store.create(newRemote('v1.later.example', { [automanagedLabel]: 'onstart' }), '', writeTo(world));
  await world.clock.advance(10_000);
  t.same(await listNames(world), ['v1.', 'v1.later.example', 'v1.own.example'], 'another server may serve it');
});

t.test('a registration that fails is tried again and holds up no start', async (t) => {
  const world = newWorld(t);
  let failures = 2;
  const create: Store<APIService>['create'] = async (object, namespace, write) => {
    if (object.metadata.name === 'v1.' && failures-- > 0) throw newInternalError('the disk is full', undefined);
    return world.store.create(object, namespace, write);
  };
  const store = {
    create,
    update: world.store.update.bind(world.store),
    delete: world.store.delete.bind(world.store),
  };
  const { controller } = await start(t, world, { store });
  t.same([controller.hasSynced(), controller.missing()], [false, ['v1.']]);
  await world.clock.advance(100);
  t.same([controller.hasSynced(), controller.missing()], [true, []]);
});

t.test('a server that ends before it has begun leaves nothing behind', async (t) => {
  const world = newWorld(t);
  const { store, clock } = world;
  const logger = discardLogger;
  const apiServices = newInformer({ name: 'apiservices', listerWatcher: newListerWatcher(store), logger, clock });
  const controller = newAutoregistration({ local, apiServices, store, clock, logger });
  await controller.run(AbortSignal.abort());
  await t.rejects(controller.waitForSync(AbortSignal.abort(new Error('enough'))), { message: 'enough' });
  const none = newAutoregistration({ local: [], apiServices, store, clock, logger });
  await none.waitForSync(AbortSignal.timeout(1000));
  t.same(await listNames(world), []);
});
