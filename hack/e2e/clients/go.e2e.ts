import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { newFlunder } from '../harness/flunder.ts';
import { newDataDir, startGateway } from '../harness/gateway.ts';
import { buildOrSkip, reportChecks, startControl } from '../harness/go-judge.ts';
import { startProcess } from '../harness/process.ts';

/** Runs some of the checks alone, while one works on them: `CHECKS=informer npm run test:e2e -- hack/e2e/clients/go.e2e.ts`. */
const ONLY = process.env['CHECKS'] ?? '';
const USER_TOKEN = 'token-of-alice';

t.test('client-go', async (t) => {
  const built = await buildOrSkip(t, [{ module: 'hack/e2e/clients/go', what: '.', name: 'clients' }]);
  if (built === undefined) return;
  const [path = ''] = built;

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
  reportChecks(t, program, ONLY === '' ? 100 : 3);
});
