import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { ABSENCE, complaintsIn, timeOfLine } from './guests/complaints.ts';
import { startMetricsServer } from './guests/metrics-server.ts';
import { newSampleServer } from './guests/sample-apiserver.ts';
import { eventually } from './harness/eventually.ts';
import { newDataDir, startGateway } from './harness/gateway.ts';
import { newGatewayClient } from './harness/gateway-client.ts';
import { newKubectl } from './harness/kubectl.ts';
import { type APIServiceObject, availableOf } from './harness/registration.ts';

const GROUP_VERSION = '/apis/wardle.example.com/v1alpha1';
const FLUNDERS = `${GROUP_VERSION}/namespaces/default/flunders`;
/** From listening to `Available`, in milliseconds: several times what it takes on a machine that does nothing else. */
const AVAILABLE_WITHIN = 5000;
const TOKEN = 'token-of-alice';
const asAlice: readonly string[] = ['--as=alice', '--as-group=dev'];

const tokens = join(await newDataDir(t), 'tokens.csv');
await writeFile(tokens, `${TOKEN},alice,alice-uid,"dev"\n`, { mode: 0o600 });
const args = [`--token-auth-file=${tokens}`];
let gateway = await startGateway(t, { args });
const { dataDir, port } = gateway;
const kubectl = await newKubectl(t, { ...gateway, minor: 36 });
const admin = await newGatewayClient(t, gateway);

const sample = await newSampleServer(t, dataDir);
await kubectl.ok(['apply', '-f', '-'], sample.manifests);
await isAvailable('v1alpha1.wardle.example.com', 'False');
const found = isAvailable('v1alpha1.wardle.example.com').then(() => Date.now());
const wardle = await sample.start();
const metrics = await startMetricsServer(t, kubectl, dataDir);

/** Waits for a condition, looking so often that it can be timed. */
async function isAvailable(name: string, status: 'True' | 'False' = 'True'): Promise<void> {
  const look = async (): Promise<boolean> => {
    const { json } = await admin.get(`/apis/apiregistration.k8s.io/v1/apiservices/${name}`);
    return availableOf(json as APIServiceObject)?.status === status;
  };
  await eventually(`${name} to be available: ${status}`, look, { seconds: 120, everyMilliseconds: 10 });
}

/** A flunder, as `kubectl apply -f -` takes it. */
function newFlunder(name: string, more: object = {}): string {
  return JSON.stringify({
    apiVersion: 'wardle.example.com/v1alpha1',
    kind: 'Flunder',
    metadata: { name, ...more },
    spec: { reference: 'x' },
  });
}

t.test('they are found as soon as they listen, and are ready', async (t) => {
  const listening = await wardle.process.waitFor('listening', (line) =>
    line.includes('Serving securely') ? timeOfLine(line) : undefined,
  );
  const milliseconds = (await found) - listening;
  t.comment(`sample-apiserver: available ${milliseconds} ms after it listened`);
  t.ok(milliseconds < AVAILABLE_WITHIN, `available after ${milliseconds} ms`);
  await isAvailable('v1beta1.wardle.example.com');
  await isAvailable('v1beta1.metrics.k8s.io');
  await becomesReady(t);
});

t.test('they are asked over HTTP/2, which they offer', async (t) => {
  const page = JSON.parse(await kubectl.ok(['get', '--raw', '/debug/aggregator'])) as {
    readonly apiServices: readonly {
      readonly name: string;
      readonly transports: readonly { readonly connections: { readonly http1: number; readonly http2: number } }[];
    }[];
  };
  const served = page.apiServices.find(({ name }) => name === 'v1alpha1.wardle.example.com');
  t.match(served?.transports, [{ connections: { http1: 0 } }]);
  t.ok((served?.transports[0]?.connections.http2 ?? 0) > 0);
});

async function becomesReady(t: Test): Promise<void> {
  const direct = wardle.client();
  await eventually('all checks to be well', async () => (await direct.get('/readyz')).text === 'ok');
  const { text } = await direct.get('/readyz?verbose');
  for (const check of ['informer-sync', 'priority-and-fairness-config-consumer']) {
    t.match(text, new RegExp(`^\\[\\+\\].*${check} ok$`, 'm'), check);
  }
  direct.close();
}

t.test('their objects, with kubectl', async (t) => {
  t.match(await kubectl.ok(['apply', '-f', '-'], newFlunder('one')), 'flunder.wardle.example.com/one created');
  const watch = kubectl.start(['get', 'flunders', '--watch', '--output-watch-events']);
  await watch.waitFor('the object', (line) => /^ADDED +one /.test(line) || undefined);
  const applied = await kubectl.ok(
    ['apply', '--server-side', '--field-manager=tester', '-f', '-'],
    newFlunder('one', { labels: { a: 'b' } }),
  );
  t.match(applied, /one serverside-applied/);
  await watch.waitFor('its change', (line) => /^MODIFIED +one /.test(line) || undefined);
  const conflict = await kubectl.run(
    ['apply', '--server-side', '--field-manager=other', '-f', '-'],
    newFlunder('one', { labels: { a: 'c' } }),
  );
  t.match(conflict.stderr, /conflict with "tester"/);
  await kubectl.ok(['patch', 'flunder', 'one', '--type=merge', '-p', '{"metadata":{"labels":{"c":"d"}}}']);
  t.equal(
    (await kubectl.ok(['get', 'flunders', '-l', 'a=b,c=d', '-o', 'name'])).trim(),
    'flunder.wardle.example.com/one',
  );
  await kubectl.ok(['delete', 'flunder', 'one']);
  await watch.waitFor('its end', (line) => /^DELETED +one /.test(line) || undefined);
  t.match(await kubectl.ok(['explain', 'flunder.spec']), /KIND: +Flunder[\s\S]*referenceType/);
  const resources = await kubectl.ok(['api-resources', '--api-group=wardle.example.com']);
  t.match(resources, /^fischers +wardle\.example\.com\/v1alpha1 +false +Fischer$/m);
  t.match(resources, /^flunders +wardle\.example\.com\/v1beta1 +true +Flunder$/m);
  const missing = await kubectl.run(['create', '-f', '-'], newFlunder('lost', { namespace: 'nowhere' }));
  t.match(missing.stderr, /namespaces? "nowhere" not found/, 'it asks the gateway for namespaces');
});

t.test('their admission', async (t) => {
  const fischer = { apiVersion: 'wardle.example.com/v1alpha1', kind: 'Fischer', metadata: { name: 'strict' } };
  await kubectl.ok(['apply', '-f', '-'], JSON.stringify({ ...fischer, disallowedFlunders: ['banned'] }));
  const refused = (): Promise<boolean> =>
    kubectl
      .run(['create', '--dry-run=server', '-f', '-'], newFlunder('banned'))
      .then(({ stderr }) => /this name may not be used/.test(stderr));
  await eventually('the name to be refused', refused);
  t.pass('a banned flunder is refused');
});

t.test('who may do what', async (t) => {
  const direct = wardle.client();
  const path = { token: TOKEN };
  const theirs = await direct.get(FLUNDERS, path);
  t.equal(theirs.status, 403, 'the server itself knows the token, and asks for the rights');
  const message = /User \\?"alice\\?" cannot list resource \\?"flunders\\?" in API group \\?"wardle.example.com\\?"/;
  t.match(theirs.text, message);
  t.equal((await direct.get(FLUNDERS, { token: 'unknown' })).status, 401);
  t.match((await kubectl.run(['get', 'flunders', ...asAlice])).stderr, message);
  const spoofed = await direct.get(FLUNDERS, {
    headers: { 'X-Remote-User': 'admin', 'X-Remote-Group': 'system:masters' },
  });
  t.equal(spoofed.status, 403, 'headers without the certificate of the gateway');
  t.match(spoofed.text, /system:anonymous/);

  await kubectl.ok(['create', 'role', 'flunders', '--verb=get,list,create', '--resource=flunders.wardle.example.com']);
  await kubectl.ok(['create', 'rolebinding', 'flunders', '--role=flunders', '--group=dev']);
  const sees = async (): Promise<boolean> => (await kubectl.run(['get', 'flunders', ...asAlice])).code === 0;
  // It keeps what it was told for ten seconds.
  await eventually('the right to list', sees);
  t.match(await kubectl.ok(['create', '-f', '-', ...asAlice], newFlunder('hers')), /created/);
  const deleted = await kubectl.run(['delete', 'flunder', 'hers', ...asAlice]);
  t.match(deleted.stderr, /cannot delete resource "flunders"/);
  await eventually('the same directly', async () => (await direct.get(FLUNDERS, path)).status === 200);
  direct.close();
});

t.test('metrics-server without nodes', async (t) => {
  for (const resource of ['nodes', 'pods']) {
    const list = JSON.parse(await kubectl.ok(['get', '--raw', `/apis/metrics.k8s.io/v1beta1/${resource}`])) as object;
    t.match(list, { apiVersion: 'metrics.k8s.io/v1beta1', items: [] }, resource);
  }
  t.match((await kubectl.run(['top', 'nodes'])).stderr, /metrics not available yet|No resources found/);
  const direct = metrics.client();
  t.match((await direct.get('/readyz?verbose')).text, /^\[\+\]metric-informer-sync ok$/m);
  direct.close();
});

/** What they complained about, besides what is meant to happen. */
function complaints(...expected: readonly RegExp[]): string[] {
  const lines = [wardle, metrics].flatMap(({ process }) => complaintsIn(process.stderr()));
  // One of the tests shows a token that nobody knows.
  return lines.filter((line) => ![/invalid bearer token/, ...expected].some((pattern) => pattern.test(line)));
}

t.test('no complaints while the gateway was there', (t) => {
  t.same(complaints(), []);
  t.end();
});

/** That both serve, for users that only the gateway can vouch for. */
async function serveAsBefore(t: Test): Promise<void> {
  await isAvailable('v1alpha1.wardle.example.com');
  await isAvailable('v1beta1.metrics.k8s.io');
  const headers = { 'Impersonate-User': 'alice', 'Impersonate-Group': 'dev' };
  // A watch of client-go that was turned away several times waits for up to half a minute.
  for (const [path, sent] of [
    [FLUNDERS, headers],
    ['/apis/metrics.k8s.io/v1beta1/pods', {}],
  ] as const) {
    const answered = async (): Promise<boolean> => (await admin.get(path, { headers: sent })).status === 200;
    await eventually(path, answered, { seconds: 90 });
    t.pass(`${path} is served`);
  }
}

/** That its informers follow what happens now: it refuses a namespace that goes. */
async function followsNamespaces(name: string): Promise<void> {
  const held = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, finalizers: ['example.com/hold'] } };
  await kubectl.ok(['create', '-f', '-'], JSON.stringify(held));
  await kubectl.ok(['delete', 'namespace', name, '--wait=false']);
  const refused = async (): Promise<boolean> =>
    /being terminated/.test((await kubectl.run(['create', '-f', '-'], newFlunder('late', { namespace: name }))).stderr);
  await eventually('the namespace to be refused', refused, { seconds: 90 });
}

t.test('a restart of the gateway', async (t) => {
  await gateway.stop();
  gateway = await startGateway(t, { args, dataDir, port });
  await serveAsBefore(t);
  await followsNamespaces('first');
  t.same(complaints(ABSENCE), []);
});

t.test('another front-proxy CA', async (t) => {
  await gateway.stop();
  await Promise.all(['crt', 'key'].map((end) => rm(join(dataDir, 'pki', `front-proxy-ca.${end}`))));
  gateway = await startGateway(t, { args, dataDir, port });
  await serveAsBefore(t);
  await followsNamespaces('second');
  // Whoever changes a CA at once has a moment in which the old one is the only one that they trust.
  t.same(complaints(ABSENCE, /certificate signed by unknown authority/), []);
  for (const server of [wardle, metrics]) {
    t.equal((await server.process.stop()).code, 0, 'it lived through it all, and ends as it should');
  }
});
