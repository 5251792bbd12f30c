import { setImmediate as nextTurn } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { APIVersionDiscovery } from '../../../apis/apidiscovery/v2/types.ts';
import { newControlPlane, createNamespace, testWrite } from '../../apiserver/controllers/testing/control-plane.ts';
import { joinReports, type NamespacedContent } from '../../apiserver/controllers/namespace/namespaced-content.ts';
import { newFakeClock } from '../../testing/fake-clock.ts';
import type { OwnRequest } from '../proxy/interface.ts';
import type { APIServiceSnapshot, SnapshotChange } from '../snapshot.ts';
import { type Behaviour, type FakeTransport, newFakeTransport, refused, silent } from '../testing/fake-transport.ts';
import { newAggregatedContent } from './aggregated-content.ts';
import type { AbandonedContent } from './interface.ts';

interface RemoteObject {
  readonly metadata: { readonly name: string; readonly finalizers?: readonly string[] };
}

/** A service with objects in namespaces. */
class FakeService {
  readonly objects = new Map<string, RemoteObject[]>();
  verbs: readonly string[] = ['delete', 'deletecollection', 'get', 'list'];
  collectionStatus = 200;
  readonly deletes: string[] = [];

  readonly behave = ({ method = 'GET', path }: OwnRequest): Behaviour => {
    const [place = '', query = ''] = path.split('?');
    const [, , , , , namespace = '', resource, name] = place.split('/');
    if (resource === undefined) return answer({ kind: 'APIResourceList', resources: this.#resources() });
    const held = this.objects.get(namespace) ?? [];
    if (method === 'DELETE') {
      this.deletes.push(path);
      if (name === undefined && this.collectionStatus !== 200) {
        return answer({ kind: 'Status', message: 'not today' }, this.collectionStatus);
      }
      const kept = held.filter(
        ({ metadata }) => metadata.finalizers !== undefined || ![undefined, metadata.name].includes(name),
      );
      this.objects.set(namespace, kept);
      return answer({ kind: 'Status' });
    }
    const from = Number(new URLSearchParams(query).get('continue') ?? '0');
    const items = held.slice(from, from + 2);
    const next = from + 2 < held.length ? String(from + 2) : '';
    return answer({ kind: 'List', metadata: { continue: next }, items });
  };

  #resources() {
    const common = { singularName: '', kind: 'Thing', verbs: this.verbs };
    return [
      { ...common, name: 'things', namespaced: true },
      { ...common, name: 'things/status', namespaced: true },
      { ...common, name: 'worlds', namespaced: false },
      { ...common, name: 'readings', namespaced: true, verbs: ['get', 'list'] },
    ];
  }
}

const answer = (body: unknown, status = 200): Behaviour => ({ answer: { status, body } });
const object = (name: string, finalizers?: readonly string[]): RemoteObject => ({
  metadata: { name, ...(finalizers && { finalizers }) },
});

/** Where the ExternalName of the service is. */
let serviceNamespace = 'ns';

function newSnapshot(transport: FakeTransport, available = true): APIServiceSnapshot {
  return {
    name: 'v1.a.example',
    group: 'a.example',
    version: 'v1',
    groupPriorityMinimum: 1,
    versionPriority: 1,
    service: { namespace: serviceNamespace, name: 'svc', port: 443 },
    addresses: [],
    transports: available ? [transport] : [],
    availability: available
      ? { status: 'True', reason: 'Passed', message: '', since: '' }
      : { status: 'False', reason: 'FailedDiscoveryCheck', message: 'connect https://a: nothing listens', since: '' },
  };
}

/** A namespace controller over one service. */
async function start(t: Test, known?: APIVersionDiscovery) {
  const clock = newFakeClock();
  const service = new FakeService();
  const transport = newFakeTransport(clock);
  transport.behave = service.behave;
  let snapshot = newSnapshot(transport);
  const listeners = new Set<(change: SnapshotChange) => void>();
  const abandoned: AbandonedContent[] = [];
  const content = newAggregatedContent({
    aggregator: {
      list: () => [snapshot],
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    findDiscovery: () => known,
    graceMs: 60_000,
    onAbandoned: async (each) => void abandoned.push(each),
    clock,
  });
  const others: NamespacedContent[] = [];
  const rest: NamespacedContent = {
    name: 'rest',
    deleteAll: async (namespace, signal) =>
      joinReports(await Promise.all(others.map((each) => each.deleteAll(namespace, signal)))),
  };
  const plane = await newControlPlane(t, { clock, contents: [rest, content] });
  const { namespaces } = plane;
  await createNamespace(namespaces, 'g');
  plane.run(plane.namespaceController);
  /** Lets time pass, and the storage tell of what happens meanwhile: it does so in its own turns. */
  const pass = async (ms: number): Promise<void> => {
    const step = Math.min(ms, 500);
    for (let passed = 0; passed <= ms; passed += Math.max(step, 1)) {
      await clock.advance(passed === 0 ? 0 : step);
      for (let turn = 0; turn < 10; turn++) await nextTurn();
    }
  };
  await pass(0);
  return {
    ...plane,
    pass,
    service,
    transport,
    abandoned,
    others,
    setAvailable: (available: boolean): void => {
      const previous = snapshot;
      snapshot = newSnapshot(transport, available);
      for (const listener of listeners) listener({ name: snapshot.name, previous, current: snapshot });
    },
    deleteNamespace: async (): Promise<void> => {
      await namespaces.delete({ namespace: '', name: 'g' }, testWrite);
      await pass(500);
    },
    exists: () =>
      namespaces.get({ namespace: '', name: 'g' }).then(
        () => true,
        () => false,
      ),
    message: async (type: string): Promise<string> => {
      const { status } = await namespaces.get({ namespace: '', name: 'g' });
      return status?.conditions?.find((each) => each.type === type)?.message ?? '';
    },
  };
}

void t.test('what a service holds in a namespace goes with it, through the service', async (t) => {
  const { service, transport, deleteNamespace, exists } = await start(t);
  service.objects.set('g', [object('x'), object('y'), object('z')]);
  service.objects.set('other', [object('stays')]);
  await deleteNamespace();
  t.equal(await exists(), false);
  t.same(service.objects.get('g'), []);
  t.equal(service.objects.get('other')?.length, 1);
  t.same(service.deletes, ['/apis/a.example/v1/namespaces/g/things?propagationPolicy=Background']);
  t.match(transport.requests[0]?.headers, {
    'X-Remote-User': 'system:kube-aggregator',
    'X-Remote-Group': 'system:masters',
  });
});

void t.test('a service that cannot delete a collection is asked object by object, page by page', async (t) => {
  const { service, deleteNamespace, exists } = await start(t);
  service.verbs = ['delete', 'list'];
  service.objects.set(
    'g',
    ['a', 'b', 'c', 'd', 'e'].map((name) => object(name)),
  );
  await deleteNamespace();
  t.equal(await exists(), false);
  t.equal(service.deletes.length, 5);
});

void t.test('a service that says so only when asked is asked object by object, too', async (t) => {
  const { service, deleteNamespace, exists } = await start(t);
  service.collectionStatus = 405;
  service.objects.set('g', [object('a')]);
  await deleteNamespace();
  t.equal(await exists(), false);
});

void t.test('objects with finalizers hold the namespace and are counted', async (t) => {
  const { service, pass, deleteNamespace, exists, message } = await start(t);
  service.objects.set('g', [object('a', ['f.example/x']), object('b')]);
  await deleteNamespace();
  t.equal(
    await message('NamespaceContentRemaining'),
    'Some resources are remaining: things.a.example has 1 resource instances',
  );
  t.match(await message('NamespaceFinalizersRemaining'), /f\.example\/x in 1 resource instances/);
  service.objects.delete('g');
  await pass(10_000);
  t.equal(await exists(), false);
});

void t.test('a service that is there and will not delete holds the namespace for as long as it takes', async (t) => {
  const { service, pass, deleteNamespace, exists, message, abandoned } = await start(t);
  service.collectionStatus = 403;
  service.objects.set('g', [object('a')]);
  await deleteNamespace();
  t.match(
    await message('NamespaceDeletionContentFailure'),
    /DELETE \/apis\/a\.example\/v1\/namespaces\/g\/things: answered with 403: not today/,
  );
  await pass(120_000);
  t.equal(await exists(), true);
  t.same(abandoned, []);
  service.collectionStatus = 200;
  await pass(31_000);
  t.equal(await exists(), false);
});

void t.test('a dead service is named as upstream words it, and given up after the grace', async (t) => {
  const { pass, setAvailable, deleteNamespace, exists, message, abandoned, transport } = await start(t);
  setAvailable(false);
  await deleteNamespace();
  t.equal(
    await message('NamespaceDeletionDiscoveryFailure'),
    'Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: a.example/v1: stale GroupVersion discovery: a.example/v1 (connect https://a: nothing listens)',
  );
  await pass(59_000);
  t.equal(await exists(), true);
  await pass(1500);
  t.equal(await exists(), false);
  t.match(abandoned, [{ namespace: 'g', snapshot: { name: 'v1.a.example' }, why: /nothing listens/, seconds: 60 }]);
  t.equal(transport.requests.length, 0, 'it was not asked: everybody knows that it is gone');
});

void t.test('a service that comes back is asked at once', async (t) => {
  const { pass, service, setAvailable, deleteNamespace, exists, abandoned } = await start(t);
  service.objects.set('g', [object('a')]);
  setAvailable(false);
  await deleteNamespace();
  await pass(50_000);
  setAvailable(true);
  await pass(200);
  t.equal(await exists(), false);
  t.same(service.objects.get('g'), []);
  t.same(abandoned, []);
});

void t.test('one that accepts and never answers is given up as well', async (t) => {
  const { pass, transport, deleteNamespace, exists, abandoned } = await start(t);
  transport.behave = () => silent;
  await deleteNamespace();
  await pass(40_000);
  t.equal(await exists(), true);
  await pass(60_000);
  t.equal(await exists(), false);
  t.equal(abandoned.length, 1);
});

void t.test('one that is lost between two questions, or talks nonsense, is lost', async (t) => {
  const { pass, service, transport, deleteNamespace, exists, message, setAvailable } = await start(t);
  transport.behave = (request) => (request.method === 'DELETE' ? refused : service.behave(request));
  await deleteNamespace();
  t.match(await message('NamespaceDeletionDiscoveryFailure'), /ECONNREFUSED/);
  transport.behave = (request) => (request.path.includes('/things') ? answer('<html>') : service.behave(request));
  setAvailable(true);
  await pass(200);
  t.match(await message('NamespaceDeletionDiscoveryFailure'), /JSON/);
  transport.behave = service.behave;
  setAvailable(true);
  await pass(200);
  t.equal(await exists(), false);
});

void t.test('what says where a service is goes after what the service holds', async (t) => {
  serviceNamespace = 'g';
  t.teardown(() => (serviceNamespace = 'ns'));
  const order: string[] = [];
  const { service, deleteNamespace, exists, others } = await start(t);
  others.push({
    name: 'local',
    async deleteAll() {
      order.push(`local after ${service.deletes.length}`);
      return { remaining: [], failures: [], undiscovered: [] };
    },
  });
  service.objects.set('g', [object('a')]);
  await deleteNamespace();
  t.equal(await exists(), false);
  t.same(order, ['local after 1']);
});

void t.test('a dead service that is known to hold nothing in namespaces holds nothing up', async (t) => {
  const responseKind = { group: '', version: '', kind: 'Reading' };
  const resources = [
    { resource: 'readings', responseKind, scope: 'Namespaced', singularResource: '', verbs: ['get', 'list'] },
    { resource: 'worlds', responseKind, scope: 'Cluster', singularResource: '', verbs: ['delete'] },
  ] as const;
  const known = { version: 'v1', freshness: 'Stale', resources } as unknown as APIVersionDiscovery;
  const { setAvailable, deleteNamespace, exists } = await start(t, known);
  setAvailable(false);
  await deleteNamespace();
  t.equal(await exists(), false);
});
