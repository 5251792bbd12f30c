import t, { type Test } from 'tap';
import type { ConfigMap } from '../../../../apis/core/v1/config-map-schema.ts';
import type { Namespace } from '../../../../apis/core/v1/namespace-schema.ts';
import { newForbidden, newInternalError } from '../../../apimachinery/errors/constructors.ts';
import { openFileStorage } from '../../../storage/file/file-storage.ts';
import type { Storage, StorageEvent } from '../../../storage/interface.ts';
import { newMemoryStorage } from '../../../storage/memory/memory-storage.ts';
import type { APIClient } from '../../../testing/api-client.ts';
import { eventually } from '../../../testing/eventually.ts';
import { newFakeClock } from '../../../testing/fake-clock.ts';
import { newGadget } from '../../../testing/test-kinds.ts';
import {
  changeMetadata,
  type ControlPlane,
  createNamespace,
  newControlPlane,
  serveControlPlane,
  testWrite,
} from '../testing/control-plane.ts';
import { tryGet } from '../try-get.ts';
import { type NamespaceCondition, toNamespaceConditions } from './namespace-conditions.ts';
import type { ContentReport, NamespacedContent } from './namespaced-content.ts';

function createConfigMap(
  { configMaps }: ControlPlane,
  namespace: string,
  metadata: ConfigMap['metadata'],
): Promise<ConfigMap> {
  return configMaps.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata }, namespace, testWrite);
}

const deleteNamespace = ({ namespaces }: ControlPlane, name: string) =>
  namespaces.delete({ namespace: '', name }, testWrite);

const findNamespace = ({ namespaces }: ControlPlane, name: string) => tryGet(namespaces, { namespace: '', name });

/** Resolves when the namespace is no more. */
async function gone(plane: ControlPlane, name: string): Promise<void> {
  let found: unknown = {};
  await eventually(`the end of the namespace ${name}`, () => {
    void findNamespace(plane, name).then((namespace) => (found = namespace));
    return found === undefined;
  });
}

/** Resolves with the conditions of the namespace when they say what remains. */
async function conditions(plane: ControlPlane, name: string): Promise<Record<string, NamespaceCondition>> {
  let found: readonly NamespaceCondition[] = [];
  await eventually(`conditions of the namespace ${name}`, () => {
    void findNamespace(plane, name).then((namespace) => (found = conditionsOf(namespace)));
    return found.length > 0;
  });
  return Object.fromEntries(found.map((condition) => [condition.type, condition]));
}

function conditionsOf(namespace: Namespace | undefined): readonly NamespaceCondition[] {
  return namespace?.status?.conditions ?? [];
}

async function recordEvents(t: Test, storage: Storage): Promise<readonly StorageEvent[]> {
  const events: StorageEvent[] = [];
  const stopping = new AbortController();
  t.teardown(() => stopping.abort());
  const sink = { event: (event: StorageEvent) => void events.push(event), end: () => undefined };
  await storage.watch('', sink, { after: await storage.revision(), signal: stopping.signal });
  return events;
}

t.test('a delete marks a namespace, and until it is gone nothing can be created in it', async (t) => {
  const plane = await newControlPlane(t);
  const { storage, namespaces, configMaps } = plane;
  const admin = await serveControlPlane(t, plane);
  const { metadata } = await createNamespace(namespaces, 'g');
  const before = await storage.revision();
  const answer = await admin.send('DELETE', '/api/v1/namespaces/g');
  const marked = answer.json as Namespace;
  t.equal(answer.status, 200);
  const { managedFields: _, ...rest } = marked.metadata;
  t.strictSame(
    { ...marked, metadata: rest },
    {
      kind: 'Namespace',
      apiVersion: 'v1',
      metadata: {
        name: 'g',
        uid: metadata.uid,
        resourceVersion: String(before + 1),
        creationTimestamp: metadata.creationTimestamp,
        deletionTimestamp: marked.metadata.deletionTimestamp,
        labels: { 'kubernetes.io/metadata.name': 'g' },
      },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Terminating' },
    },
  );
  const late = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'late' } };
  t.match((await admin.send('POST', '/api/v1/namespaces/g/configmaps', { body: late })).json, {
    code: 403,
    message:
      'configmaps "late" is forbidden: unable to create new content in namespace g because it is being terminated',
    details: { causes: [{ reason: 'NamespaceTerminating', field: 'metadata.namespace' }] },
  });
  const again = await admin.send('DELETE', '/api/v1/namespaces/g');
  t.match(
    [again.status, again.json],
    [200, { metadata: { resourceVersion: String(before + 1) } }],
    'a second one changes nothing',
  );
  t.equal((await configMaps.list(everythingIn('g'))).items.length, 0);
});

function everythingIn(namespace: string) {
  const matches = () => true;
  const unlimited = { limit: 0, continueToken: '', resourceVersion: '', resourceVersionMatch: '' } as const;
  return { namespace, selection: { everything: true, matches }, ...unlimited };
}

t.test('preconditions and dry runs of the delete of a namespace', async (t) => {
  const plane = await newControlPlane(t);
  const admin = await serveControlPlane(t, plane);
  await createNamespace(plane.namespaces, 'g');
  const preconditions = { uid: 'other' };
  t.match((await admin.send('DELETE', '/api/v1/namespaces/g', { body: { preconditions } })).json, { code: 409 });
  t.match((await admin.send('DELETE', '/api/v1/namespaces/g?dryRun=All')).json, { status: { phase: 'Terminating' } });
  t.match(await findNamespace(plane, 'g'), { status: { phase: 'Active' } });
  t.match((await admin.send('DELETE', '/api/v1/namespaces/none')).json, { code: 404 });
  t.match((await admin.send('DELETE', '/api/v1/namespaces/default')).json, {
    code: 403,
    message: 'namespaces "default" is forbidden: this namespace may not be deleted',
  });
});

t.test('a namespace is emptied and goes; nothing else does', async (t) => {
  const plane = await newControlPlane(t);
  const { namespaces, configMaps, gadgets, namespaceController, run, storage, logger } = plane;
  run(namespaceController);
  await Promise.all(['full', 'other', 'fuller'].map((name) => createNamespace(namespaces, name)));
  const names = Array.from({ length: 100 }, (_, at) => `c${at}`);
  await Promise.all(names.map((name) => createConfigMap(plane, 'full', { name })));
  await createConfigMap(plane, 'other', { name: 'c1' });
  await createConfigMap(plane, 'fuller', { name: 'c1' });
  await gadgets.create(newGadget('full'), '', testWrite);
  const events = await recordEvents(t, storage);
  await deleteNamespace(plane, 'full');
  await gone(plane, 'full');
  t.equal((await configMaps.list(everythingIn(''))).items.length, 2);
  t.ok(await tryGet(gadgets, { namespace: '', name: 'full' }));
  t.ok(await findNamespace(plane, 'fuller'));
  t.same(
    events.filter(({ key }) => key.startsWith('core/namespaces/')).map(({ type }) => type),
    ['MODIFIED', 'DELETED'],
    'no write says that all is well before it goes',
  );
  t.equal(
    events.findIndex(({ type, key }) => type === 'DELETED' && key.includes('namespaces')),
    events.length - 1,
  );
  t.same(
    logger.lines.filter(({ level }) => level === 'error'),
    [],
  );
  t.ok(await createNamespace(namespaces, 'full'), 'and its name is free');
  t.equal(namespaceController.hasSynced(), true);
});

t.test('what has finalizers is waited for, and the conditions say so', async (t) => {
  const clock = newFakeClock();
  const plane = await newControlPlane(t, { clock });
  const { namespaces, configMaps, namespaceController, run } = plane;
  run(namespaceController);
  await createNamespace(namespaces, 'g');
  await createConfigMap(plane, 'g', { name: 'free' });
  await createConfigMap(plane, 'g', { name: 'held', finalizers: ['example.com/b', 'example.com/a'] });
  await createConfigMap(plane, 'g', { name: 'also', finalizers: ['example.com/a', 'orphan'] });
  await deleteNamespace(plane, 'g');
  const found = await conditions(plane, 'g');
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  const fine = { status: 'False', lastTransitionTime };
  t.strictSame(found, {
    NamespaceDeletionDiscoveryFailure: {
      type: 'NamespaceDeletionDiscoveryFailure',
      ...fine,
      reason: 'ResourcesDiscovered',
      message: 'All resources successfully discovered',
    },
    NamespaceDeletionGroupVersionParsingFailure: {
      type: 'NamespaceDeletionGroupVersionParsingFailure',
      ...fine,
      reason: 'ParsedGroupVersions',
      message: 'All legacy kube types successfully parsed',
    },
    NamespaceDeletionContentFailure: {
      type: 'NamespaceDeletionContentFailure',
      ...fine,
      reason: 'ContentDeleted',
      message: 'All content successfully deleted, may be waiting on finalization',
    },
    NamespaceContentRemaining: {
      type: 'NamespaceContentRemaining',
      status: 'True',
      lastTransitionTime,
      reason: 'SomeResourcesRemain',
      message: 'Some resources are remaining: configmaps. has 2 resource instances',
    },
    NamespaceFinalizersRemaining: {
      type: 'NamespaceFinalizersRemaining',
      status: 'True',
      lastTransitionTime,
      reason: 'SomeFinalizersRemain',
      message:
        'Some content in the namespace has finalizers remaining: example.com/a in 2 resource instances, example.com/b in 1 resource instances',
    },
  });
  t.match(await findNamespace(plane, 'g'), { status: { phase: 'Terminating' }, spec: { finalizers: ['kubernetes'] } });
  t.equal(await tryGet(configMaps, { namespace: 'g', name: 'free' }), undefined);
  const also = await configMaps.get({ namespace: 'g', name: 'also' });
  t.same(also.metadata.finalizers, ['example.com/a'], 'finalizers of the garbage collector hold nothing here');
  await clock.advance(60_000);
  const { resourceVersion } = (await findNamespace(plane, 'g'))?.metadata ?? {};
  await clock.advance(60_000);
  t.equal(
    (await findNamespace(plane, 'g'))?.metadata.resourceVersion,
    resourceVersion,
    'what stays so is not written again',
  );
  await changeMetadata(configMaps, also, (metadata) => delete metadata.finalizers);
  await clock.waitForTimers();
  await clock.advance(100);
  t.match((await conditions(plane, 'g'))['NamespaceFinalizersRemaining'], {
    message: /example\.com\/a in 1 resource instances, example\.com\/b in 1/,
  });
  await changeMetadata(configMaps, { ...also, metadata: { namespace: 'g', name: 'held' } }, (metadata) => {
    delete metadata.finalizers;
  });
  await clock.waitForTimers();
  await clock.advance(100);
  await gone(plane, 'g');
});

t.test('finalizers of the namespace itself hold it longer than its content', async (t) => {
  const plane = await newControlPlane(t);
  const { namespaces, configMaps, namespaceController, run } = plane;
  const admin = await serveControlPlane(t, plane);
  run(namespaceController);
  await createNamespace(namespaces, 'g', { finalizers: ['example.com/f'] });
  await createConfigMap(plane, 'g', { name: 'a' });
  await deleteNamespace(plane, 'g');
  let finalizers: readonly string[] = ['kubernetes'];
  await eventually('the end of the content', () => {
    void findNamespace(plane, 'g').then((namespace) => (finalizers = namespace?.spec?.finalizers ?? []));
    return finalizers.length === 0;
  });
  t.equal(await tryGet(configMaps, { namespace: 'g', name: 'a' }), undefined);
  t.match(await findNamespace(plane, 'g'), { status: { phase: 'Terminating' } });
  const patch = {
    headers: { 'Content-Type': 'application/merge-patch+json' },
    body: { metadata: { finalizers: null } },
  };
  t.equal((await admin.send('PATCH', '/api/v1/namespaces/g', patch)).status, 200);
  t.equal((await admin.get('/api/v1/namespaces/g')).status, 404);
});

t.test('the finalize subresource', async (t) => {
  const plane = await newControlPlane(t);
  const admin = await serveControlPlane(t, plane);
  const finalize = async (name: string, finalizers: readonly string[] | undefined, client: APIClient = admin) =>
    client.send('PUT', `/api/v1/namespaces/${name}/finalize`, {
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: { finalizers } },
    });
  const created = await createNamespace(plane.namespaces, 'g');
  const same = await finalize('g', ['kubernetes']);
  t.match([same.status, same.json], [200, created], 'as recorded: nothing changes');
  t.match((await finalize('g', ['kubernetes', 'example.com/f'])).json, {
    spec: { finalizers: ['kubernetes', 'example.com/f'] },
    status: { phase: 'Active' },
  });
  t.match((await finalize('g', ['nope', 'a b'])).json, {
    code: 422,
    details: {
      causes: [
        {
          field: 'spec.finalizers[0]',
          message: 'Invalid value: "nope": name is neither a standard finalizer name nor is it fully qualified',
        },
        { field: 'spec.finalizers[1]' },
        { field: 'spec.finalizers[1]' },
      ],
    },
  });
  t.match((await finalize('none', [])).json, { code: 404 });
  const update = { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'g' }, spec: { finalizers: [] } } };
  t.match((await admin.send('PUT', '/api/v1/namespaces/g', update)).json, {
    spec: { finalizers: ['kubernetes', 'example.com/f'] },
  });
  t.equal((await admin.get('/api/v1/namespaces/g/finalize')).status, 405);
  await deleteNamespace(plane, 'g');
  t.match((await finalize('g', ['kubernetes'])).json, { metadata: { deletionTimestamp: /Z$/ } });
  const last = await finalize('g', undefined);
  t.match([last.status, last.json], [200, { kind: 'Namespace' }]);
  t.equal((await admin.get('/api/v1/namespaces/g')).status, 404, 'it goes with its last finalizer');
  const resources = (await admin.get('/api/v1')).json as { resources: { name: string; verbs: string[] }[] };
  t.same(resources.resources.find(({ name }) => name === 'namespaces/finalize')?.verbs, ['update']);
  const { paths } = (await admin.get('/openapi/v3/api/v1')).json as { paths: Record<string, { put: object }> };
  t.match(paths['/api/v1/namespaces/{name}/finalize']?.put, { operationId: 'replaceCoreV1NamespaceFinalize' });
});

t.test('a namespace without finalizers of its own is emptied as well', async (t) => {
  const plane = await newControlPlane(t);
  const { namespaces, configMaps, namespaceController, run } = plane;
  await createNamespace(namespaces, 'g');
  const held = await createConfigMap(plane, 'g', { name: 'held', finalizers: ['example.com/f'] });
  const admin = await serveControlPlane(t, plane);
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'g' }, spec: {} };
  await admin.send('PUT', '/api/v1/namespaces/g/finalize', { body });
  t.match(await deleteNamespace(plane, 'g'), { gone: false }, 'the first delete only marks it');
  run(namespaceController);
  let terminating = false;
  await eventually('the deletion of the content', () => {
    const read = configMaps.get({ namespace: 'g', name: 'held' });
    void read.then(({ metadata }) => (terminating = metadata.deletionTimestamp !== undefined));
    return terminating;
  });
  t.ok(await findNamespace(plane, 'g'), 'and no write about what remains makes an end of it');
  await changeMetadata(configMaps, held, (metadata) => delete metadata.finalizers);
  await gone(plane, 'g');
});

t.test('a restart in the middle', async (t) => {
  const directory = t.testdir();
  const first = await openFileStorage({ directory });
  const plane = await newControlPlane(t, { storage: first });
  await createNamespace(plane.namespaces, 'g');
  await createNamespace(plane.namespaces, 'unseen');
  const held = await createConfigMap(plane, 'g', { name: 'held', finalizers: ['example.com/f'] });
  await createConfigMap(plane, 'unseen', { name: 'a' });
  const stop = plane.run(plane.namespaceController);
  await deleteNamespace(plane, 'g');
  await conditions(plane, 'g');
  await stop();
  await deleteNamespace(plane, 'unseen');
  await first.close();

  const second = await openFileStorage({ directory });
  t.teardown(() => second.close());
  const next = await newControlPlane(t, { storage: second });
  next.run(next.namespaceController);
  await gone(next, 'unseen');
  t.match(await findNamespace(next, 'g'), { status: { phase: 'Terminating' } });
  await changeMetadata(next.configMaps, held, (metadata) => delete metadata.finalizers);
  await gone(next, 'g');
  t.same((await second.list('core/configmaps/')).items, []);
});

t.test('content that cannot be deleted holds the namespace, and nothing else in it', async (t) => {
  let refuses = true;
  const guard = {
    name: 'guard',
    validate({ operation, name, kind }: { operation: string; name: string; kind: { plural: string } }) {
      if (!refuses || operation !== 'DELETE' || name !== 'precious') return;
      throw newForbidden({ group: '', resource: kind.plural }, name, 'it is precious');
    },
  };
  const plane = await newControlPlane(t, { admission: [guard] });
  const { namespaces, configMaps, namespaceController, run, logger } = plane;
  run(namespaceController);
  await createNamespace(namespaces, 'g');
  for (const name of ['a', 'precious', 'z']) await createConfigMap(plane, 'g', { name });
  await deleteNamespace(plane, 'g');
  t.match(await conditions(plane, 'g'), {
    NamespaceDeletionContentFailure: {
      status: 'True',
      reason: 'ContentDeletionFailed',
      message: 'Failed to delete all resource types, 1 remaining: configmaps "precious" is forbidden: it is precious',
    },
    NamespaceContentRemaining: { message: /configmaps\. has 1 resource instances/ },
    NamespaceFinalizersRemaining: { status: 'False' },
  });
  t.same(
    (await configMaps.list(everythingIn('g'))).items.map(({ metadata }) => metadata.name),
    ['precious'],
  );
  await eventually('a line in the log', () => logger.lines.some(({ level }) => level === 'error'));
  t.match(
    logger.lines.find(({ level }) => level === 'error'),
    {
      message: 'Sync failed; trying again',
      fields: { controller: 'namespace-controller', key: 'g' },
    },
  );
  refuses = false;
  await gone(plane, 'g');
});

t.test('failures of the storage are tried again', async (t) => {
  const inner = newMemoryStorage();
  t.teardown(() => inner.close());
  let failures = 0;
  const storage: Storage = {
    ...inner,
    async delete(key, check) {
      if (key.includes('configmaps') && failures++ < 3) throw newInternalError('the disk is full');
      return inner.delete(key, check);
    },
  };
  const plane = await newControlPlane(t, { storage });
  plane.run(plane.namespaceController);
  await createNamespace(plane.namespaces, 'g');
  await createConfigMap(plane, 'g', { name: 'a' });
  await deleteNamespace(plane, 'g');
  await gone(plane, 'g');
  t.equal(failures, 4);
});

const nothing: ContentReport = { remaining: [], failures: [], undiscovered: [] };

t.test('content of other servers is asked for again from time to time', async (t) => {
  const clock = newFakeClock();
  const reports: (ContentReport | Error)[] = [
    new Error('no answer'),
    { ...nothing, undiscovered: ['unable to retrieve the list of resources of b', 'and of a'] },
    { ...nothing, remaining: [{ group: 'x.example.com', resource: 'xs', count: 2, finalizers: new Map([['f', 2]]) }] },
  ];
  const remote: NamespacedContent = {
    name: 'remote',
    async deleteAll() {
      const report = reports.shift() ?? nothing;
      if (report instanceof Error) throw report;
      return report;
    },
  };
  const plane = await newControlPlane(t, { clock, contents: [remote] });
  await createNamespace(plane.namespaces, 'g');
  plane.run(plane.namespaceController);
  await deleteNamespace(plane, 'g');
  t.match((await conditions(plane, 'g'))['NamespaceDeletionContentFailure'], {
    message: /1 remaining: remote: no answer$/,
  });
  const messageOf = async (type: string): Promise<string | undefined> => (await conditions(plane, 'g'))[type]?.message;
  while (reports.length > 0) await clock.advance(10);
  t.equal(
    await messageOf('NamespaceContentRemaining'),
    'Some resources are remaining: xs.x.example.com has 2 resource instances',
  );
  t.equal(await messageOf('NamespaceDeletionDiscoveryFailure'), 'All resources successfully discovered');
  await clock.advance(7_900);
  t.ok(await findNamespace(plane, 'g'));
  await clock.advance(200);
  await gone(plane, 'g');
});

t.test('what is written in the very moment in which a namespace goes', async (t) => {
  let slow: (() => Promise<unknown>) | undefined;
  const hook = { name: 'slow', mutate: async () => void (await slow?.()) };
  const plane = await newControlPlane(t, { admission: [hook] });
  await createNamespace(plane.namespaces, 'g');
  plane.run(plane.namespaceController);
  slow = async () => {
    slow = undefined;
    await deleteNamespace(plane, 'g');
    await gone(plane, 'g');
  };
  await t.rejects(createConfigMap(plane, 'g', { name: 'late' }), { message: 'namespaces "g" not found' });
  t.same((await plane.storage.list('core/configmaps/')).items, []);
});

t.test('where no controller is installed a namespace goes at once', async (t) => {
  const plane = await newControlPlane(t);
  const { server, namespaces } = plane;
  const plain = server.install(namespaces.kind, { groupPriorityMinimum: 1, versionPriority: 1 });
  await createNamespace(plain, 'g');
  t.match(await plain.delete({ namespace: '', name: 'g' }, testWrite), { gone: true });
});

t.test('conditions of others stay, and times tell of changes only', async (t) => {
  const other: NamespaceCondition = { type: 'Other', status: 'True', message: 'kept' };
  const report = { ...nothing, failures: ['b', 'a'] };
  const first = toNamespaceConditions(report, [other], 'T1');
  t.equal(first[0], other);
  t.match(first[3], {
    type: 'NamespaceDeletionContentFailure',
    status: 'True',
    message: /2 remaining: a, b$/,
    lastTransitionTime: 'T1',
  });
  t.equal(toNamespaceConditions({ ...report, failures: ['a', 'b'] }, first, 'T2'), first, 'the order of facts is none');
  const then = toNamespaceConditions(nothing, first, 'T2');
  t.match(then[3], { status: 'False', reason: 'ContentDeleted', lastTransitionTime: 'T2' });
  t.match(then[1], { lastTransitionTime: 'T1' });
});
