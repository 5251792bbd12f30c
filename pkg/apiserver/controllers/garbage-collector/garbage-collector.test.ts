import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { ConfigMap } from '../../../../apis/core/v1/config-map-schema.ts';
import type { KubernetesObject, ObjectMeta, OwnerReference } from '../../../../apis/meta/v1/types.ts';
import { StorageError } from '../../../storage/errors.ts';
import { openFileStorage } from '../../../storage/file/file-storage.ts';
import type { Storage, WatchSink } from '../../../storage/interface.ts';
import { newMemoryStorage } from '../../../storage/memory/memory-storage.ts';
import { eventually } from '../../../testing/eventually.ts';
import { newFakeClock } from '../../../testing/fake-clock.ts';
import { newTestAuthority } from '../../../testing/pki.ts';
import { type Gadget, gadgetKind, newGadget, newWidget, type Widget, widgetKind } from '../../../testing/test-kinds.ts';
import { startExtensionServer } from '../../extension/extension-server.ts';
import { toDeletionFinalizers } from '../../registry/deletion-finalizers.ts';
import {
  changeMetadata,
  type ControlPlane,
  type ControlPlaneOptions,
  createNamespace,
  newControlPlane,
  serveControlPlane,
  testWrite,
} from '../testing/control-plane.ts';
import { tryGet } from '../try-get.ts';
import { DependencyGraph } from './dependency-graph.ts';

/** A reference to an object. */
function ownedBy({ apiVersion, kind, metadata }: KubernetesObject, more: Partial<OwnerReference> = {}): OwnerReference {
  return { apiVersion, kind, name: metadata.name ?? '', uid: metadata.uid ?? '', ...more };
}

/** The same, of a dependent that the owner waits for. */
const blocking = (owner: KubernetesObject) => ownedBy(owner, { blockOwnerDeletion: true });

interface Collected extends ControlPlane {
  /** Creates a config map in a namespace, by default `default`. */
  readonly create: (name: string, metadata?: ObjectMeta) => Promise<ConfigMap>;
  readonly createGadget: (name: string, metadata?: ObjectMeta) => Promise<Gadget>;
  readonly remove: (name: string, propagationPolicy?: 'Background' | 'Foreground' | 'Orphan') => Promise<unknown>;
  /** Names of all config maps, sorted. */
  readonly names: () => Promise<string[]>;
  /** Resolves when these and no others are left. */
  readonly left: (...names: string[]) => Promise<void>;
  /** Resolves when the collector has nothing to do, and a little later. */
  readonly settled: () => Promise<void>;
}

async function newCollected(t: Test, options: ControlPlaneOptions = {}): Promise<Collected> {
  const plane = await newControlPlane(t, options);
  const { configMaps, gadgets, storage } = plane;
  const names = async (): Promise<string[]> =>
    (await storage.list('core/configmaps/')).items.map(({ metadata }) => metadata.name ?? '').toSorted();
  return {
    ...plane,
    create: (name, { namespace = 'default', ...metadata } = {}) =>
      configMaps.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata } }, namespace, testWrite),
    createGadget: (name, metadata = {}) =>
      gadgets.create(newGadget(name, { metadata: { name, ...metadata } }), '', testWrite),
    remove: (name, propagationPolicy) =>
      configMaps.delete(
        { namespace: 'default', name },
        { ...testWrite, ...(propagationPolicy === undefined ? {} : { propagationPolicy }) },
      ),
    names,
    async left(...expected) {
      let found: string[] | undefined;
      await eventually(`${expected.join(' ')} to be left`, () => {
        void names().then((each) => (found = each));
        return found?.join() === expected.toSorted().join();
      });
    },
    async settled() {
      // A write after which nothing else may have happened is seen by everybody who watches.
      await gadgets.create(newGadget('', { metadata: { generateName: 'mark-' } }), '', testWrite);
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** The same, with the collector running. */
async function startCollected(t: Test, options: ControlPlaneOptions = {}): Promise<Collected> {
  const collected = await newCollected(t, options);
  collected.run(collected.garbageCollector);
  await eventually('the collector to know everything', () => collected.garbageCollector.hasSynced());
  return collected;
}

t.test('dependents go when their last owner is gone, and nothing else does', async (t) => {
  const { create, createGadget, gadgets, remove, left, names, settled, logger } = await startCollected(t);
  const [a, b] = [await create('a'), await create('b')];
  await create('of-a', { ownerReferences: [ownedBy(a)] });
  const child = await create('child', { ownerReferences: [ownedBy(a)] });
  await create('grandchild', { ownerReferences: [ownedBy(child)] });
  await create('of-both', { ownerReferences: [ownedBy(a), ownedBy(b)] });
  await create('of-b', { ownerReferences: [ownedBy(b)] });
  await create('free');
  const gadget = await createGadget('g');
  await create('of-gadget', { ownerReferences: [ownedBy(gadget)] });
  await remove('a');
  await left('b', 'free', 'of-b', 'of-both', 'of-gadget');
  await settled();
  t.same(await names(), ['b', 'free', 'of-b', 'of-both', 'of-gadget']);
  await remove('b');
  await left('free', 'of-gadget');
  await gadgets.delete({ namespace: '', name: 'g' }, testWrite);
  await left('free');
  t.same(
    logger.lines.filter(({ level }) => level === 'error'),
    [],
  );
});

t.test('a reference to an owner that is gone is taken out while others are left', async (t) => {
  const { create, remove, configMaps } = await startCollected(t);
  const [a, b] = [await create('a'), await create('b')];
  await create('both', { ownerReferences: [ownedBy(a), ownedBy(b)] });
  await remove('a');
  let references: readonly OwnerReference[] | undefined;
  await eventually('one reference', () => {
    void configMaps
      .get({ namespace: 'default', name: 'both' })
      .then(({ metadata }) => (references = metadata.ownerReferences));
    return references?.length === 1;
  });
  t.same(references, [ownedBy(b)]);
});

t.test('an object that is created with owners that are not there goes at once', async (t) => {
  const { create, left, remove } = await startCollected(t);
  const a = await create('a');
  await remove('a');
  await create('late', { ownerReferences: [ownedBy(a)] });
  await left();
  const other = await create('a');
  t.not(other.metadata.uid, a.metadata.uid);
  await create('mistaken', { ownerReferences: [ownedBy(a)] });
  await left('a');
});

t.test('owners that went while nobody looked', async (t) => {
  const directory = t.testdir();
  const first = await openFileStorage({ directory });
  const before = await newCollected(t, { storage: first, garbageCollection: false });
  const [owner, waiting, orphaning] = [await before.create('a'), await before.create('b'), await before.create('c')];
  await before.create('of-a', { ownerReferences: [ownedBy(owner)] });
  await before.create('of-b', { ownerReferences: [blocking(waiting)] });
  await before.create('of-c', { ownerReferences: [ownedBy(orphaning)] });
  await before.create('stays', { ownerReferences: [ownedBy(await before.create('d'))] });
  await before.remove('a');
  await first.close();
  const second = await openFileStorage({ directory });
  const marked = await newCollected(t, { storage: second });
  await marked.remove('b', 'Foreground');
  await marked.remove('c', 'Orphan');
  t.same(
    await marked.names(),
    ['b', 'c', 'd', 'of-a', 'of-b', 'of-c', 'stays'],
    'nothing happens while no collector runs',
  );
  await second.close();
  const third = await openFileStorage({ directory });
  t.teardown(() => third.close());
  const collected = await newCollected(t, { storage: third });
  const stop = collected.run(collected.garbageCollector);
  await collected.left('d', 'of-c', 'stays');
  await stop();
  t.notOk((await collected.configMaps.get({ namespace: 'default', name: 'of-c' })).metadata.ownerReferences);
});

t.test('deletion in the foreground waits for the dependents that block', async (t) => {
  const { create, remove, left, configMaps, settled } = await startCollected(t);
  const owner = await create('owner');
  const child = await create('child', { ownerReferences: [blocking(owner)], finalizers: ['example.com/f'] });
  await create('grandchild', { ownerReferences: [blocking(child)] });
  await create('loose', { ownerReferences: [ownedBy(owner)], finalizers: ['example.com/f'] });
  await remove('owner', 'Foreground');
  await left('child', 'loose', 'owner');
  await settled();
  t.match(await configMaps.get({ namespace: 'default', name: 'owner' }), {
    metadata: { finalizers: ['foregroundDeletion'], deletionTimestamp: /Z$/, deletionGracePeriodSeconds: 0 },
  });
  t.match(await configMaps.get({ namespace: 'default', name: 'child' }), {
    metadata: { finalizers: ['example.com/f'], deletionTimestamp: /Z$/ },
  });
  await changeMetadata(configMaps, child, (metadata) => delete metadata.finalizers);
  await left('loose');
  t.match(await configMaps.get({ namespace: 'default', name: 'loose' }), { metadata: { deletionTimestamp: /Z$/ } });
});

t.test('a dependent that is taken over, or blocks no more, lets a deletion in the foreground end', async (t) => {
  const { create, remove, left, configMaps, settled } = await startCollected(t);
  const [owner, other] = [await create('owner'), await create('other')];
  await create('shared', { ownerReferences: [blocking(owner), blocking(other)] });
  await remove('owner', 'Foreground');
  await left('other', 'shared');
  t.same((await configMaps.get({ namespace: 'default', name: 'shared' })).metadata.ownerReferences, [blocking(other)]);
  const third = await create('third');
  const held = await create('held', { ownerReferences: [blocking(third)], finalizers: ['example.com/f'] });
  await remove('third', 'Foreground');
  await settled();
  await left('held', 'other', 'shared', 'third');
  await changeMetadata(configMaps, held, (metadata) => (metadata.ownerReferences = [ownedBy(third)]));
  await left('held', 'other', 'shared');
});

t.test('dependents are orphaned', async (t) => {
  const { create, remove, left, configMaps, settled, names } = await startCollected(t);
  const [owner, other] = [await create('owner'), await create('other')];
  const many = Array.from({ length: 50 }, (_, at) => `many-${at}`);
  await Promise.all(many.map((name) => create(name, { ownerReferences: [ownedBy(owner)] })));
  await create('shared', { ownerReferences: [ownedBy(owner), ownedBy(other)] });
  await remove('owner', 'Orphan');
  await left('other', 'shared', ...many);
  await settled();
  t.equal((await names()).length, 52);
  t.notOk('ownerReferences' in (await configMaps.get({ namespace: 'default', name: 'many-7' })).metadata);
  t.same((await configMaps.get({ namespace: 'default', name: 'shared' })).metadata.ownerReferences, [ownedBy(other)]);
});

t.test('finalizers that a client set itself are honoured', async (t) => {
  const { create, remove, left } = await startCollected(t);
  const owner = await create('owner');
  const child = await create('child', { ownerReferences: [ownedBy(owner)], finalizers: ['orphan'] });
  await create('grandchild', { ownerReferences: [ownedBy(child)] });
  await remove('owner');
  await left('grandchild');
  const next = await create('next', { finalizers: ['foregroundDeletion'] });
  await create('of-next', { ownerReferences: [blocking(next)] });
  await remove('next');
  await left('grandchild');
});

t.test('circles', async (t) => {
  const { create, remove, left, configMaps } = await startCollected(t);
  const own = (name: string, owner: KubernetesObject) =>
    configMaps
      .get({ namespace: 'default', name })
      .then((object) =>
        changeMetadata(configMaps, object, (metadata) => (metadata.ownerReferences = [blocking(owner)])),
      );
  const ring = async (...names: string[]): Promise<void> => {
    const objects = await Promise.all(names.map((name) => create(name)));
    for (const [at, name] of names.entries()) {
      const owner = objects[(at + 1) % objects.length];
      if (owner !== undefined) await own(name, owner);
    }
  };
  await ring('a', 'b', 'c');
  await left('a', 'b', 'c');
  await remove('b');
  await left();
  for (const policy of ['Background', 'Foreground'] as const) {
    await ring('self');
    await remove('self', policy);
    await left();
    await ring('a', 'b', 'c', 'd');
    await remove('a', policy);
    await left();
  }
  await ring('a', 'b');
  await Promise.all([remove('a', 'Foreground'), remove('b', 'Foreground')]);
  await left();
});

t.test('owners of kinds that are not served here are taken to be there', async (t) => {
  const collected = await startCollected(t);
  const { create, remove, left, settled, names, server, configMaps } = collected;
  const unknown = { apiVersion: 'test.example.com/v1', kind: 'Widget', name: 'w', uid: 'not-here' };
  await create('kept', { ownerReferences: [unknown] });
  await create('odd', { ownerReferences: [{ ...unknown, apiVersion: 'v9', kind: 'ConfigMap' }] });
  await create('both', { ownerReferences: [unknown, ownedBy(await create('owner'))] });
  await remove('owner');
  await settled();
  t.same(await names(), ['both', 'kept', 'odd']);
  t.same((await configMaps.get({ namespace: 'default', name: 'both' })).metadata.ownerReferences, [unknown]);
  server.install(widgetKind, { groupPriorityMinimum: 1, versionPriority: 1 });
  await left('odd');
});

t.test('dependents of kinds that are not served here hold nothing up', async (t) => {
  const { create, remove, left, storage, server } = await startCollected(t);
  const owner = await create('owner');
  const metadata = { name: 'w', namespace: 'default', uid: 'w-uid', ownerReferences: [blocking(owner)] };
  await storage.create('test.example.com/widgets/default/w', newWidget('w', { metadata }));
  await remove('owner', 'Foreground');
  await left();
  t.equal((await storage.list('test.example.com/widgets/')).items.length, 1);
  server.install(widgetKind, { groupPriorityMinimum: 1, versionPriority: 1 });
  let widgets = 1;
  await eventually('the end of the widget', () => {
    void storage.list('test.example.com/widgets/').then(({ items }) => (widgets = items.length));
    return widgets === 0;
  });
});

t.test('references across namespaces are not valid', async (t) => {
  const { create, createGadget, gadgets, left, namespaces, settled, names, configMaps, remove } =
    await startCollected(t);
  await createNamespace(namespaces, 'other');
  const owner = await create('owner');
  await create('elsewhere', { namespace: 'other', ownerReferences: [blocking(owner)] });
  await left('owner');
  t.comment('an owner is looked for in the namespace of its dependent, and is not there');
  const valid = await create('valid', { ownerReferences: [ownedBy(owner)] });
  await create('mixed', { namespace: 'other', ownerReferences: [ownedBy(owner), ownedBy(await createGadget('g'))] });
  await createGadget('cluster', { ownerReferences: [blocking(owner)] });
  await settled();
  t.same(await names(), ['mixed', 'owner', 'valid']);
  t.match(await configMaps.get({ namespace: 'other', name: 'mixed' }), {
    metadata: { ownerReferences: [{ kind: 'Gadget' }] },
  });
  t.ok(await tryGet(gadgets, { namespace: '', name: 'cluster' }), 'nobody can tell where its owner would be');
  await remove('owner', 'Foreground');
  await left('mixed');
  t.ok(await tryGet(gadgets, { namespace: '', name: 'cluster' }), 'it neither goes nor holds up');
  t.equal(valid.metadata.namespace, 'default');
});

t.test('a wrong name or kind in a reference makes it one to nobody', async (t) => {
  const { create, left } = await startCollected(t);
  const owner = await create('owner');
  await create('name', { ownerReferences: [{ ...ownedBy(owner), name: 'other' }] });
  await create('kind', { ownerReferences: [{ ...ownedBy(owner), apiVersion: 'v1', kind: 'Namespace' }] });
  await create('path', { ownerReferences: [{ ...ownedBy(owner), name: 'a/b' }] });
  await left('owner');
});

t.test('a second version of a kind is the same kind', async (t) => {
  const { server, create, left, settled, names, storage } = await startCollected(t);
  const priority = { groupPriorityMinimum: 1, versionPriority: 1 };
  const widgets = server.install(widgetKind, priority);
  const same = (object: KubernetesObject): Widget => ({ ...object, metadata: { ...object.metadata } });
  const beta = { ...widgetKind, version: 'v1beta1', storedAs: { version: 'v1', toStored: same, fromStored: same } };
  server.install<Widget>(beta, priority);
  const owner = await widgets.create(newWidget('w'), 'default', testWrite);
  await create('dependent', { ownerReferences: [ownedBy(owner, { apiVersion: 'test.example.com/v1beta1' })] });
  await settled();
  t.same(await names(), ['dependent']);
  t.equal(server.stores.list().filter(({ kind }) => kind.kind === 'Widget').length, 1);
  t.equal((await storage.list('test.example.com/widgets/')).items.length, 1);
  await widgets.delete({ namespace: 'default', name: 'w' }, testWrite);
  await left();
});

t.test('answers of DELETE', async (t) => {
  const { create, ...plane } = await newCollected(t);
  const admin = await serveControlPlane(t, plane);
  const send = async (name: string, query: string, body?: object) => {
    await create(name, { finalizers: ['example.com/f'] });
    const answer = await admin.send(
      'DELETE',
      `/api/v1/namespaces/default/configmaps/${name}${query}`,
      body && { body },
    );
    return [answer.status, (answer.json as KubernetesObject).metadata.finalizers] as const;
  };
  const f = 'example.com/f';
  t.same(await send('a', ''), [200, [f]]);
  t.same(await send('b', '?orphanDependents=true'), [200, [f, 'orphan']]);
  t.same(await send('c', '?orphanDependents=false'), [202, [f]]);
  t.same(await send('d', '?propagationPolicy=Foreground'), [200, [f, 'foregroundDeletion']]);
  t.same(await send('e', '', { propagationPolicy: 'Orphan' }), [200, [f, 'orphan']]);
  t.same(await send('g', '', { propagationPolicy: 'Background' }), [200, [f]]);
  t.same(await send('h', '?dryRun=All&propagationPolicy=Orphan'), [200, [f, 'orphan']]);
  t.match((await plane.configMaps.get({ namespace: 'default', name: 'h' })).metadata, {
    finalizers: [f],
    deletionTimestamp: undefined,
  });
  const path = '/api/v1/namespaces/default/configmaps';
  const again = await admin.send('DELETE', `${path}/b?propagationPolicy=Foreground`);
  t.same(
    (again.json as KubernetesObject).metadata.finalizers,
    [f, 'foregroundDeletion'],
    'a later one may say otherwise',
  );
  const both = await admin.send('DELETE', `${path}/a`, {
    body: { propagationPolicy: 'Orphan', orphanDependents: true },
  });
  t.match(both.json, { code: 422, message: /orphanDependents and deletionPropagation cannot be both set/ });
  await create('plain');
  const plain = await admin.send('DELETE', `${path}/plain?orphanDependents=false`);
  t.match([plain.status, plain.json], [200, { kind: 'Status', status: 'Success' }], 'nothing is left to be accepted');
  await create('held', { finalizers: ['orphan'] });
  const background = await admin.send('DELETE', `${path}/held?propagationPolicy=Background`);
  t.match([background.status, background.json], [200, { kind: 'Status' }], 'a policy overrides what the object says');
  const labels = { x: 'y' };
  await Promise.all(['l1', 'l2'].map((name) => create(name, { labels })));
  await admin.send('DELETE', `${path}?labelSelector=x%3Dy&propagationPolicy=Foreground`);
  t.match((await plane.configMaps.get({ namespace: 'default', name: 'l2' })).metadata.finalizers, [
    'foregroundDeletion',
  ]);
});

t.test('where no collector runs a delete never leaves work for one', async (t) => {
  const { create, ...plane } = await newCollected(t, { garbageCollection: false });
  const admin = await serveControlPlane(t, plane);
  for (const query of ['propagationPolicy=Foreground', 'propagationPolicy=Orphan', 'orphanDependents=true']) {
    await create('a');
    const answer = await admin.send('DELETE', `/api/v1/namespaces/default/configmaps/a?${query}`);
    t.match([answer.status, answer.json], [200, { kind: 'Status', status: 'Success' }], query);
  }
  await create('a', { finalizers: ['orphan'] });
  const held = await admin.send('DELETE', '/api/v1/namespaces/default/configmaps/a?propagationPolicy=Background');
  t.match([held.status, held.json], [200, { metadata: { finalizers: ['orphan'] } }], 'and takes no finalizer away');
});

t.test('an extension server collects when it is told to', async (t) => {
  const authority = await newTestAuthority();
  const { certPEM, keyPEM } = await authority.serving();
  const directory = t.testdir({ 'tls.crt': certPEM, 'tls.key': keyPEM, 'ca.crt': authority.caPEM });
  for (const garbageCollection of [true, false]) {
    const storage = newMemoryStorage();
    const stopping = new AbortController();
    const options = {
      name: 'test',
      version: 'v1',
      kinds: [gadgetKind],
      storage,
      host: '127.0.0.1',
      port: 0,
      tlsCertFile: join(directory, 'tls.crt'),
      tlsPrivateKeyFile: join(directory, 'tls.key'),
      requestHeaderClientCAFile: join(directory, 'ca.crt'),
      garbageCollection,
    };
    const { server, stopped } = await startExtensionServer(options, stopping.signal);
    const gadgets = server.stores.find(gadgetKind);
    const owner = await gadgets?.create(newGadget('owner'), '', testWrite);
    if (owner === undefined) throw new Error('gadgets are not served');
    const metadata = { name: 'of-owner', ownerReferences: [ownedBy(owner)] };
    await gadgets?.create(newGadget('of-owner', { metadata }), '', testWrite);
    const deletion = await gadgets?.delete(
      { namespace: '', name: 'owner' },
      { ...testWrite, propagationPolicy: 'Foreground' },
    );
    t.equal(deletion?.gone, !garbageCollection);
    let left = -1;
    await eventually('the end of the deletion', () => {
      void storage.list('test.example.com/').then(({ items }) => (left = items.length));
      return left === (garbageCollection ? 0 : 1);
    });
    stopping.abort();
    await stopped;
    await storage.close();
  }
});

t.test('finalizers of a deletion', async (t) => {
  const table: readonly (readonly [string[], Parameters<typeof toDeletionFinalizers>[1], string[]])[] = [
    [[], {}, []],
    [['x'], {}, ['x']],
    [['orphan', 'x'], {}, ['orphan', 'x']],
    [['foregroundDeletion'], {}, ['foregroundDeletion']],
    [['orphan', 'x'], { propagationPolicy: 'Foreground' }, ['x', 'foregroundDeletion']],
    [['x', 'foregroundDeletion'], { propagationPolicy: 'Orphan' }, ['x', 'orphan']],
    [['orphan', 'x'], { propagationPolicy: 'Background' }, ['x']],
    [['orphan', 'x'], { orphanDependents: false }, ['x']],
    [['orphan', 'x'], { orphanDependents: true }, ['orphan', 'x']],
  ];
  for (const [finalizers, propagation, expected] of table) {
    t.same(toDeletionFinalizers(finalizers, propagation), expected, JSON.stringify([finalizers, propagation]));
  }
});

t.test('a watch that breaks loses nothing', async (t) => {
  const inner = newMemoryStorage();
  t.teardown(() => inner.close());
  const watches: WatchSink[] = [];
  let deaf = false;
  const storage: Storage = {
    ...inner,
    async watch(prefix, sink, options) {
      if (prefix !== '') return inner.watch(prefix, sink, options);
      watches.push(sink);
      const heard: WatchSink = { ...sink, event: (event) => (deaf ? undefined : sink.event(event)) };
      return inner.watch(prefix, heard, options);
    },
  };
  const clock = newFakeClock();
  const { create, remove, left, names } = await startCollected(t, { storage, clock });
  const [a, b] = [await create('a'), await create('b')];
  await create('of-a', { ownerReferences: [ownedBy(a)] });
  deaf = true;
  await create('of-b', { ownerReferences: [ownedBy(b)] });
  await remove('a');
  await remove('b', 'Orphan');
  watches[0]?.end(new StorageError('Compacted', '', { revision: 1 }));
  deaf = false;
  await left('of-b');
  t.equal(watches.length, 2);
  watches[1]?.end(new StorageError('Unreachable', ''));
  const c = await create('c');
  await create('of-c', { ownerReferences: [ownedBy(c)] });
  await remove('c');
  t.same(await names(), ['of-b', 'of-c']);
  await clock.waitForTimers();
  await clock.advance(2_000);
  await left('of-b');
});

t.test('failures are logged and tried again', async (t) => {
  const inner = newMemoryStorage();
  t.teardown(() => inner.close());
  let failures = 0;
  const storage: Storage = {
    ...inner,
    async delete(key, check) {
      if (key.endsWith('/of-a') && failures++ < 3) throw new StorageError('WriteFailed', key);
      return inner.delete(key, check);
    },
  };
  const { create, remove, left, logger } = await startCollected(t, { storage });
  const a = await create('a');
  await create('of-a', { ownerReferences: [ownedBy(a)] });
  await remove('a');
  await left();
  t.match(
    logger.lines.find(({ level }) => level === 'error'),
    {
      message: 'Sync failed; trying again',
      fields: { controller: 'generic-garbage-collector', requeues: 0 },
    },
  );
});

t.test('an owner that is added in the last moment saves a dependent', async (t) => {
  const inner = newMemoryStorage();
  t.teardown(() => inner.close());
  let interfere: (() => Promise<unknown>) | undefined;
  const storage: Storage = {
    ...inner,
    async delete(key, check) {
      const interference = key.endsWith('/child') ? interfere : undefined;
      if (interference !== undefined) interfere = undefined;
      await interference?.();
      return inner.delete(key, check);
    },
  };
  const { create, remove, left, configMaps, settled, names } = await startCollected(t, { storage });
  const [a, b] = [await create('a'), await create('b')];
  const child = await create('child', { ownerReferences: [ownedBy(a)] });
  interfere = () => changeMetadata(configMaps, child, (metadata) => metadata.ownerReferences?.push(ownedBy(b)));
  await remove('a');
  await left('b', 'child');
  await settled();
  t.same(await names(), ['b', 'child']);
});

t.test('many dependents do not hold up the rest of the process', async (t) => {
  const { create, remove, left, storage } = await startCollected(t);
  const owner = await create('owner');
  const references = [ownedBy(owner)];
  await Promise.all(Array.from({ length: 2_000 }, (_, at) => create(`d-${at}`, { ownerReferences: references })));
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  await remove('owner');
  await left();
  clearInterval(timer);
  t.same((await storage.list('core/configmaps/')).items, []);
  t.ok(turns > 5, `others had ${turns} turns`);
});

t.test('the graph', async (t) => {
  const object = (uid: string, owners: readonly OwnerReference[] = [], more: ObjectMeta = {}): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: uid, namespace: 'n', uid, ...(owners.length > 0 && { ownerReferences: [...owners] }), ...more },
  });
  const owner = (uid: string, block = false): OwnerReference => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: uid,
    uid,
    blockOwnerDeletion: block,
  });
  const waiting = { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['foregroundDeletion'] };
  await t.test('holds what takes part, and forgets it', async (t) => {
    const graph = new DependencyGraph();
    t.same(graph.put(object('free')), []);
    t.equal(graph.get('free'), undefined);
    t.same(graph.put(object('a', [owner('x')])), ['a']);
    t.same(graph.put(object('a', [owner('x')], { labels: { l: 'v' } })), [], 'what does not concern owners is no news');
    t.same(graph.delete(object('x')), ['a']);
    t.same(graph.put(object('a')), [], 'it has no owner any more');
    t.same(graph.dependentsOf('x'), []);
    t.same(graph.delete(object('a')), []);
  });
  await t.test('asks for what is not as it should be, and only for that', async (t) => {
    const graph = new DependencyGraph();
    const wrong = { ...owner('o'), name: 'other' };
    const found = graph.replace([
      object('o'),
      object('fine', [owner('o')]),
      object('dangling', [owner('o'), owner('gone')]),
      object('wrong', [wrong]),
      object('dying', [owner('gone')], { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      object('waiting', [], waiting),
      object('elsewhere', [owner('o')], { namespace: 'm' }),
    ]);
    t.same(found, ['dangling', 'wrong', 'waiting', 'elsewhere']);
    t.same(graph.replace([]), []);
    t.equal(graph.get('fine'), undefined);
  });
  await t.test('tells an owner that waits when it may be free', async (t) => {
    const graph = new DependencyGraph();
    graph.put(object('o', [], waiting));
    t.same(graph.put(object('a', [owner('o', true)])), ['a', 'o']);
    t.same(
      graph.blockersOf('o').map(({ uid }) => uid),
      ['a'],
    );
    t.same(graph.put(object('a', [owner('o')])), ['a', 'o']);
    t.same(graph.blockersOf('o'), []);
    t.same(graph.put(object('a', [owner('o', true)])), ['a', 'o']);
    t.same(graph.delete(object('a', [owner('o', true)])), ['o']);
    t.same(graph.blockersOf('unknown'), []);
  });
  await t.test('an object of a malformed version takes part', async (t) => {
    const graph = new DependencyGraph();
    t.same(graph.put({ ...object('a', [owner('x')]), apiVersion: 'a/b/c' }), ['a']);
    t.match(graph.get('a'), { gvk: { group: 'a', version: 'b/c', kind: 'ConfigMap' } });
  });
});
