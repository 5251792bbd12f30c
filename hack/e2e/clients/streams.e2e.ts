import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type Gateway, newDataDir, startGateway } from '../harness/gateway.ts';
import { buildOrSkip, reportChecks, startControl } from '../harness/go-judge.ts';
import { type Kubectl, newKubectl } from '../harness/kubectl.ts';
import { startProcess } from '../harness/process.ts';
import { type Shells, startShells } from '../harness/shells.ts';

/** Runs some of the checks alone, while one works on them: `CHECKS=WebSocket npm run test:e2e -- hack/e2e/clients/streams.e2e.ts`. */
const ONLY = process.env['CHECKS'] ?? '';
const tokens = { user: 'token-of-alice', admin: 'token-of-bob' };

/** A gateway and a server with streams behind it. */
interface Scene {
  readonly gateway: Gateway;
  readonly shells: Shells;
  /** The program that judges. */
  readonly judge: string;
}

async function newScene(t: Test): Promise<Scene | undefined> {
  const module = 'hack/e2e/clients/go';
  const built = await buildOrSkip(t, [
    { module, what: '.', name: 'clients' },
    { module, what: './shells', name: 'shells' },
  ]);
  if (built === undefined) return undefined;
  const [judge = '', path = ''] = built;
  const table = join(await newDataDir(t), 'tokens.csv');
  await writeFile(table, `${tokens.user},alice,1,"dev"\n${tokens.admin},bob,2,"system:masters,dev"\n`);
  const gateway = await startGateway(t, { args: [`--token-auth-file=${table}`] });
  const kubectl = await newKubectl(t, gateway);
  const shells = await startShells(t, { path, dataDir: gateway.dataDir, kubectl });
  return { gateway, shells, judge };
}

t.test('streams', async (t) => {
  const scene = await newScene(t);
  if (scene === undefined) return;
  const { gateway, shells, judge } = scene;

  await t.test('kubectl through a cluster behind the gateway', (t) => useKubectl(t, scene));

  const control = await startControl(t, { 'shells/kill': shells.kill, 'shells/start': shells.start });
  const program = startProcess(t, {
    command: [
      judge,
      '-streams',
      `-kubeconfig=${gateway.kubeconfig}`,
      `-user-token=${tokens.user}`,
      `-admin-token=${tokens.admin}`,
      `-control=${control}`,
      `-only=${ONLY}`,
    ],
    name: 'clients',
  });
  await program.exited;
  reportChecks(t, program, ONLY === '' ? 40 : 0);
});

/** The user's own, which begins with WebSockets, and one that knows SPDY alone. */
const VERSIONS: readonly (number | undefined)[] = [undefined, 27];

/** Points kubectl at a cluster that the service serves, as a multi-cluster control plane does it, and works in a pod there. */
async function useKubectl(t: Test, { gateway }: Scene): Promise<void> {
  const server = `--server=${gateway.address}/apis/exec.example.com/v1/clusters/member/proxy`;
  const input = randomBytes(300_000).toString('base64');
  for (const minor of VERSIONS) {
    const name = minor === undefined ? "the user's kubectl" : `kubectl 1.${minor}`;
    const kubectl = await newKubectl(t, { kubeconfig: gateway.kubeconfig, ...(minor === undefined ? {} : { minor }) });
    const run = (args: readonly string[], said?: string) => kubectl.run([server, ...args], said);
    t.same(await run(['exec', '-i', 'pod', '--', 'cat'], input), { code: 0, stdout: input, stderr: '' }, name);
    const both = await run(['exec', 'pod', '--', 'sh', '-c', 'echo one; echo two >&2; exit 7']);
    t.match(both, { code: 7, stdout: 'one\n', stderr: /^two\ncommand terminated with exit code 7\n$/ }, name);
    const folder = await newDataDir(t);
    const [from, to] = [join(folder, 'from'), join(folder, 'to')];
    await writeFile(from, input);
    await kubectl.ok([server, 'cp', from, `pod:${to}`]);
    t.equal(await readFile(to, 'utf8'), input, `${name} cp`);
    t.match(await run(['exec', 'refuses-403', '--', 'true']), { code: 1, stderr: /this shell refuses/ }, name);
    await forward(t, kubectl, server);
    t.equal(await kubectl.ok([server, 'logs', 'pod']), 'first\nsecond\n');
    const follows = kubectl.start([server, 'logs', '-f', 'pod']);
    await follows.waitFor('the second line', (line) => line === 'second' || undefined);
    await follows.kill();
  }
}

async function forward(t: Test, kubectl: Kubectl, server: string): Promise<void> {
  const forwards = kubectl.start([server, 'port-forward', 'pod', ':7', '--address=127.0.0.1']);
  const port = await forwards.waitFor('the port', (line) => /^Forwarding from 127\.0\.0\.1:(\d+)/.exec(line)?.[1]);
  const socket = connect({ host: '127.0.0.1', port: Number(port), allowHalfOpen: true });
  const sent = randomBytes(200_000);
  socket.end(sent);
  const got: Buffer[] = [];
  socket.on('data', (piece: Buffer) => got.push(piece));
  await once(socket, 'end');
  t.ok(Buffer.concat(got).equals(sent), 'what goes to a forwarded port comes back');
  await forwards.kill();
}
