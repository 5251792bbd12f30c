import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  ApiregistrationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  Health,
  type Informer,
  KubeConfig,
  KubernetesObjectApi,
  type KubernetesListObject,
  PatchStrategy,
  VersionApi,
  Watch,
  makeInformer,
  setHeaderOptions,
} from '@kubernetes/client-node';
import t, { type Test } from 'tap';
import {
  type Item,
  NAMESPACE,
  type Subject,
  externalNames,
  failureOf,
  flunders,
  newItem,
  placeOf,
  statusOf,
} from './client-node/items.ts';
import { eventually } from '../harness/eventually.ts';
import { newFlunder } from '../harness/flunder.ts';
import { newDataDir, startGateway } from '../harness/gateway.ts';
import { newKubectl } from '../harness/kubectl.ts';

const USER_TOKEN = 'token-of-alice';
const API_SERVICE = 'v1alpha1.wardle.example.com';

// Outlives each of the tests below, one of which starts a gateway for those after it.
const suite = t;
const dataDir = await newDataDir(suite);
const tokens = join(await newDataDir(t), 'tokens.csv');
await writeFile(tokens, `${USER_TOKEN},alice,alice-uid,"dev"\n`);
const args = [`--token-auth-file=${tokens}`];
let gateway = await startGateway(t, { dataDir, args });
const { port, address } = gateway;
const flunder = await newFlunder(t, dataDir);
await flunder.start();
const kubectl = await newKubectl(t, gateway);
await kubectl.ok(['apply', '-f', '-'], flunder.manifests);
await kubectl.ok(['wait', '--for=condition=Available', '--timeout=20s', `apiservice/${API_SERVICE}`]);

const config = new KubeConfig();
config.loadFromFile(gateway.kubeconfig);
const custom = config.makeApiClient(CustomObjectsApi);

/** A client of somebody who shows a token. */
function newClient(token: string): CustomObjectsApi {
  const own = new KubeConfig();
  own.loadFromOptions({
    clusters: config.clusters,
    users: [{ name: 'user', token }],
    contexts: [{ name: 'own', cluster: config.getCurrentCluster()?.name ?? '', user: 'user' }],
    currentContext: 'own',
  });
  return own.makeApiClient(CustomObjectsApi);
}

/** How many watches of a resource the gateway says are open. */
async function openWatches(resource: string): Promise<number> {
  const metrics = await kubectl.ok(['get', '--raw', '/metrics']);
  return metrics
    .split('\n')
    .filter((line) => line.startsWith('apiserver_longrunning_requests{verb="WATCH"'))
    .filter((line) => line.includes(`resource="${resource}"`))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

t.test('a kubeconfig file', async (t) => {
  t.equal(config.getCurrentCluster()?.server, address);
  t.match((await config.makeApiClient(VersionApi).getCode()).gitVersion, /^v1\.36/);
  const health = new Health(config);
  t.equal(await health.livez({}), true);
  t.equal(await health.readyz({}), true);
});

t.test('generated clients of built-in groups', async (t) => {
  const core = config.makeApiClient(CoreV1Api);
  const made = await core.createNamespace({ body: { metadata: { name: 'node-client', labels: { a: 'b' } } } });
  t.type(made.metadata?.creationTimestamp, Date);
  t.equal((await core.readNamespace({ name: 'node-client' })).status?.phase, 'Active');
  const body = { metadata: { labels: { a: 'c' } } };
  const patched = await core.patchNamespace(
    { name: 'node-client', body },
    setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
  );
  t.equal(patched.metadata?.labels?.['a'], 'c');
  const page = await core.listNamespace({ limit: 1 });
  t.equal(page.items.length, 1);
  t.match(page.metadata, { _continue: String });
  await core.deleteNamespace({ name: 'node-client' });
  await eventually('the namespace to go', async () =>
    (await core.listNamespace()).items.every(({ metadata }) => metadata?.name !== 'node-client'),
  );

  const registration = config.makeApiClient(ApiregistrationV1Api);
  const service = await registration.readAPIService({ name: API_SERVICE });
  t.equal(service.status?.conditions?.find(({ type }) => type === 'Available')?.status, 'True');
  t.type(service.status?.conditions?.[0]?.lastTransitionTime, Date);
});

for (const subject of [externalNames, flunders]) {
  t.test(`CustomObjectsApi on ${subject.plural}`, async (t) => {
    const place = placeOf(subject);
    const name = 'custom';
    const made = (await custom.createNamespacedCustomObject({ ...place, body: newItem(subject, name) })) as Item;
    t.match(made, { kind: subject.kind, metadata: { uid: String, resourceVersion: String } });
    const changed = { ...made, spec: { [subject.field]: 'b.example.com' } };
    const updated = (await custom.replaceNamespacedCustomObject({ ...place, name, body: changed })) as Item;
    t.equal(updated.spec?.[subject.field], 'b.example.com');
    t.equal((await failureOf(custom.replaceNamespacedCustomObject({ ...place, name, body: changed }))).code, 409);

    const path = `/spec/${subject.field}`;
    const jsonPatch = [{ op: 'replace', path, value: 'c.example.com' }];
    const byJSON = (await custom.patchNamespacedCustomObject({ ...place, name, body: jsonPatch })) as Item;
    t.equal(byJSON.spec?.[subject.field], 'c.example.com', 'a JSON patch is what it sends by itself');
    const merge = { spec: { [subject.field]: 'd.example.com' } };
    const asMerge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
    const merged = (await custom.patchNamespacedCustomObject({ ...place, name, body: merge }, asMerge)) as Item;
    t.equal(merged.spec?.[subject.field], 'd.example.com');

    const everywhere = (await custom.listCustomObjectForAllNamespaces({
      ...place,
      resourcePlural: place.plural,
      fieldSelector: `metadata.name=${name}`,
    })) as KubernetesListObject<Item>;
    t.equal(everywhere.kind, `${subject.kind}List`);
    t.equal(everywhere.items.length, 1);
    await custom.deleteNamespacedCustomObject({ ...place, name });
    t.equal((await failureOf(custom.getNamespacedCustomObject({ ...place, name }))).code, 404);
  });

  t.test(`KubernetesObjectApi on ${subject.plural}`, async (t) => {
    const objects = KubernetesObjectApi.makeApiClient(config);
    const item = newItem(subject, 'object');
    const dry = await objects.create(item, undefined, 'All');
    t.equal(dry.metadata.name, 'object');
    t.equal((await failureOf(objects.read(item))).code, 404, 'a dry run makes nothing');
    const made = await objects.create(item);
    t.equal((await failureOf(objects.create(item))).code, 409);
    const replaced = await objects.replace({ ...made, spec: { [subject.field]: 'b.example.com' } });
    t.equal(replaced.spec?.[subject.field], 'b.example.com');
    const patch = { ...item, spec: { [subject.field]: 'c.example.com' } };
    const patched = await objects.patch(patch, undefined, undefined, 'node', undefined, PatchStrategy.MergePatch);
    t.equal(patched.spec?.[subject.field], 'c.example.com');
    const refused = await failureOf(
      objects.patch(patch, undefined, undefined, 'node', undefined, 'application/x-other' as PatchStrategy),
    );
    t.equal(refused.code, 415);
    t.match(statusOf(refused), { kind: 'Status', reason: 'UnsupportedMediaType' });
    const list = await objects.list<Item>(item.apiVersion, item.kind, NAMESPACE);
    t.ok(list.items.some(({ metadata }) => metadata.name === 'object'));
    await objects.delete(item, undefined, undefined, 0, undefined, 'Background');
    t.equal((await failureOf(objects.read(item))).code, 404);
  });
}

t.test('an error is an ApiException with a Status', async (t) => {
  const place = placeOf(externalNames);
  const missing = await failureOf(custom.getNamespacedCustomObject({ ...place, name: 'missing' }));
  t.equal(missing.code, 404);
  t.match(missing.headers['content-type'], 'application/json');
  t.match(statusOf(missing), {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    reason: 'NotFound',
    code: 404,
    message: 'externalnames.service.grafana.app "missing" not found',
    details: { name: 'missing', group: externalNames.group, kind: externalNames.plural },
  });

  const invalid = { ...newItem(externalNames, 'invalid'), spec: { host: 'https://x' } };
  const refused = await failureOf(custom.createNamespacedCustomObject({ ...place, body: invalid }));
  t.match(statusOf(refused), { reason: 'Invalid', code: 422, details: { causes: [{ field: 'spec.host' }] } });

  const forbidden = await failureOf(newClient(USER_TOKEN).listNamespacedCustomObject(place));
  t.match(statusOf(forbidden), { reason: 'Forbidden', code: 403, message: /User "alice" cannot list/ });

  t.equal((await failureOf(newClient('not-a-token').listNamespacedCustomObject(place))).code, 401);
});

for (const subject of [externalNames, flunders]) {
  t.test(`a watch of ${subject.plural} that is aborted frees the server`, async (t) => {
    const { group, version, plural } = subject;
    const before = await openWatches(plural);
    const seen: string[] = [];
    const watches = await Promise.all(
      Array.from({ length: 5 }, () =>
        new Watch(config).watch(
          `/apis/${group}/${version}/namespaces/${NAMESPACE}/${plural}`,
          { labelSelector: 'watched=yes', allowWatchBookmarks: true },
          (type: string) => seen.push(type),
          () => undefined,
        ),
      ),
    );
    await eventually('the watches', async () => (await openWatches(plural)) === before + 5);
    await custom.createNamespacedCustomObject({
      ...placeOf(subject),
      body: newItem(subject, 'watched', { watched: 'yes' }),
    });
    await eventually('the event in each of them', () => seen.length === 5);
    t.same(new Set(seen), new Set(['ADDED']));
    for (const watch of watches) watch.abort();
    await eventually('the watches to be gone', async () => (await openWatches(plural)) === before);
    t.pass('within a few seconds');
  });
}

/** What an informer said, as `add x` and the like. */
function startInformer(t: Test, subject: Subject): { informer: Informer<Item>; said: string[]; names: () => string[] } {
  const path = `/apis/${subject.group}/${subject.version}/namespaces/${NAMESPACE}/${subject.plural}`;
  const labelSelector = 'followed=yes';
  const informer = makeInformer<Item>(
    config,
    path,
    async () =>
      (await custom.listNamespacedCustomObject({
        ...placeOf(subject),
        labelSelector,
      })) as KubernetesListObject<Item>,
    labelSelector,
  );
  const said: string[] = [];
  for (const verb of ['add', 'update', 'delete'] as const) {
    informer.on(verb, ({ metadata }) => void said.push(`${verb} ${metadata.name}`));
  }
  // As the package's documentation has it: an informer stops at an error, and whoever made it starts it again.
  const ended = new AbortController();
  informer.on('error', () => {
    pause(200, undefined, { signal: ended.signal }).then(
      () => informer.start(),
      () => undefined,
    );
  });
  t.teardown(async () => {
    ended.abort();
    await informer.stop();
  });
  return { informer, said, names: () => informer.list(NAMESPACE).map(({ metadata }) => metadata.name) };
}

for (const subject of [externalNames, flunders]) {
  t.test(`an informer on ${subject.plural} over restarts of the gateway`, async (t) => {
    const place = placeOf(subject);
    const create = async (name: string): Promise<void> => {
      const body = newItem(subject, name, { followed: 'yes' });
      // The service behind the gateway is not reached at once after its start.
      await eventually('the gateway to take it', () => custom.createNamespacedCustomObject({ ...place, body }));
    };
    await create('first');
    const { informer, said, names } = startInformer(t, subject);
    await informer.start();
    t.same(said, ['add first']);

    for (const [signal, name] of [
      ['SIGTERM', 'second'],
      ['SIGKILL', 'third'],
    ] as const) {
      gateway.process.signal(signal);
      await gateway.process.exited;
      gateway = await startGateway(suite, { dataDir, args, port });
      await create(name);
      await eventually(`${name} in the informer`, () => names().includes(name));
    }
    await custom.deleteNamespacedCustomObject({ ...place, name: 'first' });
    await eventually('the deletion', () => !names().includes('first'));
    t.same(said, ['add first', 'add second', 'add third', 'delete first'], 'nothing was missed or repeated');
  });
}
