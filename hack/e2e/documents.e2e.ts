import type { IncomingMessage } from 'node:http';
import t, { type Test } from 'tap';
import { newTestAuthority } from '../../pkg/testing/pki.ts';
import { type Answer, startBackend } from './harness/backend.ts';
import { eventually } from './harness/eventually.ts';
import { newFlunder } from './harness/flunder.ts';
import { startGateway } from './harness/gateway.ts';
import { type Kubectl, newKubectl } from './harness/kubectl.ts';
import { type APIServiceObject, toManifests } from './harness/registration.ts';

/** Knows OpenAPI v2 and older discovery only. */
const OLD_MINOR = 24;

const readBody = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
  return text;
};

/** A service with one kind, objects in memory, and no documents but `/apis/<group>/<version>` and those that it is given. */
function newThings(group: string, documents: Readonly<Record<string, unknown>> = {}): Answer {
  const base = `/apis/${group}/v1`;
  const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update'];
  const things = { name: 'things', singularName: 'thing', namespaced: true, kind: 'Thing', verbs };
  const list = { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: `${group}/v1`, resources: [things] };
  const known = new Map<string, unknown>(Object.entries({ [base]: list, ...documents }));
  const objects = new Map<string, Record<string, unknown>>();
  const serve = async (...[request, response]: Parameters<Answer>): Promise<void> => {
    const { method = '', url = '' } = request;
    const { pathname } = new URL(url, 'https://x');
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    };
    const missing = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 };
    if (known.has(pathname)) return answer(200, known.get(pathname));
    if (method === 'GET') return answer(objects.has(pathname) ? 200 : 404, objects.get(pathname) ?? missing);
    const sent = JSON.parse(await readBody(request)) as { metadata: { name: string } };
    const path = method === 'POST' ? `${pathname}/${sent.metadata.name}` : pathname;
    const { metadata = {}, ...rest } = objects.get(path) ?? {};
    const object = {
      ...rest,
      ...sent,
      metadata: { ...(metadata as object), ...sent.metadata, uid: 'u', resourceVersion: '1' },
    };
    objects.set(path, object);
    return answer(method === 'POST' ? 201 : 200, object);
  };
  return (request, response) => void serve(request, response);
}

async function register(
  t: Test,
  kubectl: Kubectl,
  { group, answer }: { group: string; answer: Answer },
): Promise<void> {
  const authority = await newTestAuthority();
  const name = group.split('.')[0] ?? '';
  const port = await startBackend(t, await authority.serving([`${name}.default.svc`]), answer);
  await kubectl.ok(['apply', '-f', '-'], toManifests({ group, host: 'localhost', port, ca: authority.caPEM }));
}

/** What a condition of an APIService says, when it is the one that is meant. */
function conditionOf(
  kubectl: Kubectl,
  name: string,
  [type, reason]: readonly [string, string],
): Promise<{ message: string }> {
  return eventually(`${type} of ${name} to be ${reason}`, async () => {
    const { status } = await kubectl.json<APIServiceObject>(['get', 'apiservice', name]);
    return status?.conditions?.find((each) => each.type === type && each.reason === reason);
  });
}

t.test('a service of which only discovery is known is explained, and its objects applied', async (t) => {
  const gateway = await startGateway(t);
  const newest = await newKubectl(t, gateway);
  const group = 'things.example.com';
  await register(t, newest, { group, answer: newThings(group) });
  await conditionOf(newest, `v1.${group}`, ['tributary.OpenAPICurrent', 'Synthesised']);
  for (const [name, kubectl] of [
    ['newest', newest],
    ['oldest', await newKubectl(t, { ...gateway, minor: OLD_MINOR })],
  ] as const) {
    const explained = await kubectl.ok(['explain', 'thing']);
    t.match(explained, /KIND: +Thing/);
    t.match(explained, /publishes no OpenAPI document/);
    const thing = (size: number) =>
      JSON.stringify({ apiVersion: `${group}/v1`, kind: 'Thing', metadata: { name }, spec: { size } });
    t.match(await kubectl.ok(['apply', '-f', '-'], thing(1)), /created/, name);
    t.match(await kubectl.ok(['apply', '-f', '-'], thing(1)), /unchanged/, name);
    t.match(await kubectl.ok(['apply', '-f', '-'], thing(2)), /configured/, name);
    t.match(await kubectl.ok(['apply', '--server-side', '--force-conflicts', '-f', '-'], thing(3)), /applied/, name);
  }
});

t.test('what is known of a dead service outlives a restart of the gateway', async (t) => {
  const gateway = await startGateway(t);
  const [old, flunder] = await Promise.all([
    newKubectl(t, { ...gateway, minor: OLD_MINOR }),
    newFlunder(t, gateway.dataDir),
  ]);
  const service = await flunder.start();
  await old.ok(['apply', '-f', '-'], flunder.manifests);
  const name = 'v1alpha1.wardle.example.com';
  await conditionOf(old, name, ['tributary.OpenAPICurrent', 'Read']);
  const raw = (path: string): Promise<string> => old.ok(['get', '--raw', path]);
  const before = await Promise.all(['/openapi/v2', '/openapi/v3', '/apis/wardle.example.com/v1alpha1'].map(raw));
  await service.kill();
  await gateway.stop();
  const again = await startGateway(t, { dataDir: gateway.dataDir, port: gateway.port });
  t.same(await Promise.all(['/openapi/v2', '/openapi/v3', '/apis/wardle.example.com/v1alpha1'].map(raw)), before);
  t.match(await old.ok(['explain', 'flunder.spec.reference']), /Name of another flunder/);
  const resources = await old.run(['api-resources', '--api-group=wardle.example.com']);
  t.match(resources, {
    code: 0,
    stdout: /^flunders /m,
    stderr: /cannot be reached since .*: these are its last known/,
  });
  await conditionOf(old, name, ['tributary.DiscoveryCurrent', 'Stale']);
  await flunder.start();
  await conditionOf(old, name, ['tributary.DiscoveryCurrent', 'Read']);
  t.match(await old.ok(['get', 'flunders', '-A']), '');
  await again.stop();
});

t.test('a bad document is set aside and named; nobody else notices', async (t) => {
  const gateway = await startGateway(t);
  const kubectl = await newKubectl(t, gateway);
  await register(t, kubectl, { group: 'good.example.com', answer: newThings('good.example.com') });
  await conditionOf(kubectl, 'v1.good.example.com', ['tributary.OpenAPICurrent', 'Synthesised']);
  const raw = (path: string): Promise<string> => kubectl.ok(['get', '--raw', path]);
  const path = '/openapi/v3/apis/good.example.com/v1';
  const before = await raw(path);
  const dangling = { A: { $ref: '#/components/schemas/Gone' } };
  const documents = {
    '/openapi/v3': { paths: { 'apis/bad.example.com/v1': {} } },
    '/openapi/v3/apis/bad.example.com/v1': { openapi: '3.0.0', components: { schemas: dangling } },
  };
  await register(t, kubectl, { group: 'bad.example.com', answer: newThings('bad.example.com', documents) });
  const { message } = await conditionOf(kubectl, 'v1.bad.example.com', ['tributary.OpenAPICurrent', 'Quarantined']);
  t.match(message, /"#\/components\/schemas\/Gone" leads nowhere; served instead: .*made from its discovery/);
  const events = await eventually('the Event', async () => {
    const text = await kubectl.ok(['get', 'events', '--field-selector=reason=Quarantined']);
    return text.includes('leads nowhere') ? text : undefined;
  });
  t.match(events, /Warning +Quarantined +apiservice\/v1\.bad\.example\.com/i);
  t.equal(await raw(path), before);
  for (const each of [kubectl, await newKubectl(t, { ...gateway, minor: OLD_MINOR })]) {
    for (const group of ['good', 'bad']) {
      t.match(await each.ok(['explain', `things.${group}.example.com`]), /KIND: +Thing/);
    }
  }
});
