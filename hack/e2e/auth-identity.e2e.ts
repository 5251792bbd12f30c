import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { newAPIClient } from '../../pkg/testing/api-client.ts';
import { newTestAuthority } from '../../pkg/testing/pki.ts';
import { ROOT } from '../lib/files.ts';
import { newDiscoveryAnswer, startBackend } from './harness/backend.ts';
import { eventually } from './harness/eventually.ts';
import { type Gateway, newDataDir, startGateway, TRIBUTARY } from './harness/gateway.ts';
import { type Kubectl, newKubectl } from './harness/kubectl.ts';
import { startProcess } from './harness/process.ts';
import { toManifests } from './harness/registration.ts';

const run = promisify(execFile);

/** The first with `auth whoami`, one in between, the last that sends JSON by itself, and one that sends protobuf. */
const VERSIONS: readonly number[] = [29, 31, 36];

const gateway = await startGateway(t, { args: ['--v=3'] });

/** Who shows a token. */
interface Holder {
  readonly token: string;
  readonly minor?: number;
  /** Default: the one of all tests. */
  readonly of?: Gateway;
}

/** A kubectl that shows this token and nothing else. */
async function withToken(t: Test, { token, minor, of = gateway }: Holder): Promise<Kubectl> {
  const text = await readFile(of.kubeconfig, 'utf8');
  const anonymous = text.replace(/^\s*client-(?:certificate|key)-data:.*\n/gm, '').replace(/user: *\{\}/, 'user:');
  const path = join(await newDataDir(t), 'token.kubeconfig');
  await writeFile(path, anonymous.replace(/^(\s*)user:\s*$/m, `$1user:\n$1  token: ${token}`), { mode: 0o600 });
  return newKubectl(t, { kubeconfig: path, ...(minor === undefined ? {} : { minor }) });
}

interface Claims {
  readonly aud: readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly 'kubernetes.io': Record<string, unknown>;
}

function claimsOf(token: string): Claims {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as Claims;
}

interface Review {
  readonly status: { readonly userInfo: { username: string; uid?: string; groups: string[]; extra?: object } };
}

/** Where a version is at work. */
interface Scene {
  readonly namespace: string;
  readonly minor: number;
}

for (const minor of VERSIONS) {
  t.test(`kubectl 1.${minor}`, async (t) => {
    const kubectl = await newKubectl(t, { kubeconfig: gateway.kubeconfig, minor });
    const namespace = `v${minor}`;
    await kubectl.ok(['create', 'namespace', namespace]);
    await useTokens(t, kubectl, { namespace, minor });
    await useImpersonation(t, kubectl, { namespace, minor });
  });
}

async function useTokens(t: Test, kubectl: Kubectl, { namespace, minor }: Scene): Promise<void> {
  const here = `--namespace=${namespace}`;
  await kubectl.ok(['create', 'serviceaccount', 'robot', here]);
  await kubectl.ok(['create', 'secret', 'generic', 'anchor', here]);
  const create = async (...args: readonly string[]): Promise<string> =>
    (await kubectl.ok(['create', 'token', 'robot', here, ...args])).trim();
  const token = await create();
  const robot = await withToken(t, { token, minor });
  const { status } = await robot.json<Review>(['auth', 'whoami']);
  t.match(status.userInfo, {
    username: `system:serviceaccount:${namespace}:robot`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  });
  const elsewhere = await create('--audience=vault', '--duration=20m');
  t.match(claimsOf(elsewhere), { aud: ['vault'] });
  t.equal(claimsOf(elsewhere).exp - claimsOf(elsewhere).iat, 1200);
  const refused = await (await withToken(t, { token: elsewhere, minor })).run(['get', '--raw=/api']);
  t.match(refused.stderr, /Unauthorized|must be logged in/);

  const bound = await create('--bound-object-kind=Secret', '--bound-object-name=anchor');
  t.match(claimsOf(bound)['kubernetes.io'], { secret: { name: 'anchor' } });
  const holder = await withToken(t, { token: bound, minor });
  await holder.ok(['get', '--raw=/api']);
  await kubectl.ok(['delete', 'secret', 'anchor', here]);
  t.match((await holder.run(['get', '--raw=/api'])).stderr, /Unauthorized|must be logged in/, 'its secret is gone');
  await kubectl.ok(['delete', 'serviceaccount', 'robot', here]);
  t.match((await robot.run(['get', '--raw=/api'])).stderr, /Unauthorized|must be logged in/, 'its account is gone');
  t.match(
    (await kubectl.run(['create', 'token', 'robot', here, '--duration=1s'])).stderr,
    /not found|less than 10 minutes/,
  );
}

async function useImpersonation(t: Test, kubectl: Kubectl, { namespace }: Scene): Promise<void> {
  const asBob = ['--as=bob', '--as-group=dev', '--as-group=ops', '--as-uid=b-1'];
  const { status } = await kubectl.json<Review>(['auth', 'whoami', ...asBob]);
  t.same(status.userInfo, { username: 'bob', uid: 'b-1', groups: ['dev', 'ops', 'system:authenticated'] });
  const denied = await kubectl.run(['get', 'secrets', `--namespace=${namespace}`, ...asBob]);
  t.match(denied.stderr, /User "bob" cannot list resource "secrets"/, 'he has his rights only');
  const account = await kubectl.json<Review>(['auth', 'whoami', `--as=system:serviceaccount:${namespace}:x`]);
  t.match(account.status.userInfo.groups, ['system:serviceaccounts', `system:serviceaccounts:${namespace}`]);
  await kubectl.ok(['create', 'serviceaccount', 'weak', `--namespace=${namespace}`]);
  const token = (await kubectl.ok(['create', 'token', 'weak', `--namespace=${namespace}`])).trim();
  const weak = await withToken(t, { token });
  for (const wish of [['--as=admin'], ['--as=admin', '--as-group=system:masters']]) {
    t.match((await weak.run(['get', '--raw=/version', ...wish])).stderr, /cannot impersonate/, wish.join(' '));
  }
}

t.test('a backend sees who is impersonated, and never a credential', async (t) => {
  const authority = await newTestAuthority();
  const discovery = newDiscoveryAnswer('echo.example.com/v1');
  const port = await startBackend(t, await authority.serving(), (request, response) => {
    if (request.url === '/apis/echo.example.com/v1') discovery(request, response);
    else response.end(JSON.stringify(request.rawHeaders));
  });
  const admin = await newKubectl(t, gateway);
  const manifests = toManifests({ group: 'echo.example.com', host: 'localhost', port, ca: authority.caPEM });
  await admin.ok(['apply', '-f', '-'], manifests);
  await admin.ok(['wait', '--for=condition=Available', '--timeout=20s', 'apiservice/v1.echo.example.com']);
  const raw = ['get', '--raw=/apis/echo.example.com/v1/things'];
  const seen = await admin.ok([...raw, '--as=bob', '--as-group=a, b', '--as-group=system:masters', '--as-uid=b-1']);
  const lines = JSON.parse(seen) as string[];
  const identity = lines.filter((_, at) => /^x-remote|^impersonate|^authorization/i.test(lines[at - (at % 2)] ?? ''));
  t.same(identity, [
    'X-Remote-User',
    'bob',
    'X-Remote-Uid',
    'b-1',
    'X-Remote-Group',
    'a, b',
    'X-Remote-Group',
    'system:masters',
    'X-Remote-Group',
    'system:authenticated',
  ]);
  const token = await admin.run([...raw, '--as=bob']);
  t.match(token.stderr, /User "bob" cannot list resource "things"/);
});

t.test('a proxy in front, and what extension servers are told', async (t) => {
  const folder = await newDataDir(t);
  const authority = await newTestAuthority({ commonName: 'proxies' });
  const caFile = join(folder, 'proxies.crt');
  await writeFile(caFile, authority.caPEM);
  const front = [`--requestheader-client-ca-file=${caFile}`, '--requestheader-allowed-names=edge'];
  const server = await startGateway(t, { args: front });
  const ca = await readFile(join(server.dataDir, 'pki/ca.crt'), 'utf8');
  const whoami = async (name: string): Promise<unknown> => {
    const { certPEM: cert, keyPEM: key } = await authority.client(name);
    const client = newAPIClient({ port: server.port, ca, cert, key });
    const headers = { 'X-Remote-User': 'carol', 'X-Remote-Group': ['ops', 'dev'], 'X-Remote-Uid': 'c-1' };
    const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const { status, json } = await client.send('POST', path, { body: {}, headers });
    client.close();
    return status === 201 ? (json as Review).status.userInfo : status;
  };
  const groups = ['ops', 'dev', 'system:authenticated'];
  t.strictSame(await whoami('edge'), { username: 'carol', uid: 'c-1', groups });
  t.equal(await whoami('somebody'), 401, 'a name that is not allowed');

  const kubectl = await newKubectl(t, server);
  const place = ['extension-apiserver-authentication', '--namespace=kube-system'];
  const read = async () => (await kubectl.json<{ data: Record<string, string> }>(['get', 'configmap', ...place])).data;
  const data = await read();
  t.equal(data['requestheader-allowed-names'], '["front-proxy-client","edge"]');
  t.ok(data['requestheader-client-ca-file']?.endsWith(authority.caPEM));
  t.equal(data['client-ca-file'], ca);
  await kubectl.ok(['delete', 'configmap', ...place]);
  await eventually('a new ConfigMap', async () => (await kubectl.run(['get', 'configmap', ...place])).code === 0);
  t.strictSame(await read(), data);

  const both = await startProcess(t, {
    command: [...TRIBUTARY, 'serve', `--data-dir=${folder}/x`, `--client-ca-file=${caFile}`, ...front.slice(0, 1)],
    name: 'gateway whose proxies are clients',
  }).exited;
  t.equal(both.code, 2);
});

t.test('tributary kubeconfig --service-account', async (t) => {
  const admin = await newKubectl(t, gateway);
  await admin.ok(['create', 'serviceaccount', 'ci', '--namespace=default']);
  const output = join(await newDataDir(t), 'ci.kubeconfig');
  const [program = '', ...main] = TRIBUTARY;
  const command = (account: string) =>
    run(
      program,
      [
        ...main,
        'kubeconfig',
        `--data-dir=${gateway.dataDir}`,
        '--service-account',
        account,
        '--duration=700',
        '-o',
        output,
      ],
      { cwd: ROOT },
    );
  t.equal((await command('default/ci')).stdout.trim(), output);
  const ci = await newKubectl(t, { kubeconfig: output });
  t.match(await ci.ok(['auth', 'whoami', '--output=json']), /system:serviceaccount:default:ci/);
  await t.rejects(command('default/nobody'), /no token for default\/nobody: serviceaccounts "nobody" not found/);
  await t.rejects(command('nobody'), /must be <namespace>\/<name>/);
});

t.test('keys and tokens survive a restart, and no log holds one', async (t) => {
  const first = await startGateway(t);
  const admin = await newKubectl(t, first);
  await admin.ok(['create', 'serviceaccount', 'robot', '--namespace=default']);
  const token = (await admin.ok(['create', 'token', 'robot', '--namespace=default'])).trim();
  await first.stop();
  const second = await startGateway(t, { dataDir: first.dataDir, port: first.port, args: ['--v=8'] });
  const robot = await withToken(t, { token, of: second });
  await robot.ok(['get', '--raw=/api']);
  const forged = `${token.slice(0, -8)}AAAAAAAA`;
  t.match(
    (await (await withToken(t, { token: forged, of: second })).run(['get', '--raw=/api'])).stderr,
    /Unauthorized|logged in/,
  );
  const log = second.process.stdout() + second.process.stderr();
  t.match(log, /"why":"invalid signature"/);
  t.notOk(log.includes(token.slice(0, 60)), 'no token in the log');
  t.notOk((gateway.process.stdout() + gateway.process.stderr()).includes('eyJhbGciOiJFUzI1NiI'), 'none at all');
});
