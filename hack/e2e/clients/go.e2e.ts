import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { startPlainBackend } from '../harness/backend.ts';
import { newFlunder } from '../harness/flunder.ts';
import { newDataDir, startGateway } from '../harness/gateway.ts';
import { buildGoProgram, hasGo } from '../harness/go-program.ts';
import { type RunningProcess, startProcess } from '../harness/process.ts';

/** Runs some of the checks alone, while one works on them: `CHECKS=informer npm run test:e2e -- hack/e2e/clients/go.e2e.ts`. */
const ONLY = process.env['CHECKS'] ?? '';
const USER_TOKEN = 'token-of-alice';

/** What the program may ask for: the name of a process and what to do to it. */
type Orders = Readonly<Record<string, () => Promise<unknown>>>;

t.test('client-go', async (t) => {
  if (!(await hasGo())) {
    if (process.env['CI'] === undefined) t.pass('the program', { skip: 'there is no Go on this machine' });
    else t.fail('Go is needed in CI; there is none on the PATH');
    return;
  }
  const { path, seconds } = await buildGoProgram({ module: 'hack/e2e/clients/go', what: '.', name: 'clients' });
  t.comment(`built in ${seconds.toFixed(1)}s`);

  const dataDir = await newDataDir(t);
  const tokens = join(await newDataDir(t), 'tokens.csv');
  await writeFile(tokens, `${USER_TOKEN},alice,alice-uid,"dev"\n`);
  const args = [`--token-auth-file=${tokens}`];
  let gateway = await startGateway(t, { dataDir, args });
  const { port, kubeconfig } = gateway;
  const flunder = await newFlunder(t, dataDir);
  let service = await flunder.start();

  const control = await startControl(t, {
    'gateway/stop': () => gateway.stop(),
    'gateway/kill': () => gateway.kill(),
    'gateway/start': async () => (gateway = await startGateway(t, { dataDir, args, port })),
    'flunder/stop': () => service.stop(),
    'flunder/kill': () => service.kill(),
    'flunder/start': async () => (service = await flunder.start()),
  });
  const program = startProcess(t, {
    command: [
      path,
      `-kubeconfig=${kubeconfig}`,
      `-user-token=${USER_TOKEN}`,
      `-control=${control}`,
      `-flunder-port=${flunder.port}`,
      `-only=${ONLY}`,
    ],
    name: 'clients',
  });
  await program.exited;
  report(t, program);
});

/** Serves the orders of the program, which is the one that knows when a process has to go, and gives the address. */
async function startControl(t: Test, orders: Orders): Promise<string> {
  const port = await startPlainBackend(t, (request, response) => {
    const order = orders[(request.url ?? '').slice(1)];
    const done = order === undefined ? Promise.reject(new Error(`no order ${request.url}`)) : order();
    done.then(
      () => response.end(),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  return `http://127.0.0.1:${port}`;
}

/** Makes an assertion of every line that the program printed. */
function report(t: Test, program: RunningProcess): void {
  let checks = 0;
  for (const line of program.stdout().split('\n')) {
    const [, verdict, name = '', why = ''] = /^(ok|FAIL|todo|skip) (.*?)(?:: (.*))?$/.exec(line) ?? [];
    if (verdict === undefined) {
      if (line.startsWith('# ')) t.comment(line.slice(2));
      continue;
    }
    checks += 1;
    if (verdict === 'ok') t.pass(name);
    else if (verdict === 'FAIL') t.fail(`${name}: ${why}`);
    else if (verdict === 'todo') t.fail(name, { todo: why });
    else t.pass(name, { skip: why });
  }
  t.ok(checks > (ONLY === '' ? 100 : 3), `${checks} checks ran to the end`);
}
