import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { ROOT } from '../lib/files.ts';
import { fencesOf } from '../lib/markdown.ts';
import { newCheckout } from './harness/checkout.ts';
import { eventually } from './harness/eventually.ts';
import { isFree } from './harness/free-port.ts';
import { newDataDir, startGateway } from './harness/gateway.ts';
import { findKubectl } from './harness/kubectl-binary.ts';
import { startProcess } from './harness/process.ts';
import { newShell } from './harness/shell.ts';

t.test('a Go extension server by the commands of the README', async (t) => {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const linesOf = (label: string): readonly string[] =>
    fencesOf(readme).find(({ info }) => info.includes(label))?.lines ?? [];
  // The commands name these; somebody else on them would answer in their place.
  for (const port of [2379, 2380, 8443]) t.ok(await isFree(port), `port ${port} is free on this machine`);
  const checkout = await newCheckout(t);
  await mkdir(join(checkout, '.cache'));
  // What has been built need not be built once more.
  await symlink(join(ROOT, '.cache/go'), join(checkout, '.cache/go'));
  await startGateway(t, { dataDir: join(checkout, 'tmp-storage') });
  const home = await newDataDir(t);
  const env: NodeJS.ProcessEnv = { KUBECACHEDIR: join(home, 'cache') };
  const [setUp = '', ...commands] = linesOf('go-extension-server');
  const shell = newShell({ cwd: checkout, env, kubectl: await findKubectl(), setUp });
  for (const command of commands) {
    const { code, output } = await shell(command);
    t.equal(code, 0, `${command}: ${output}`);
  }
  const start = ['bash', '-c', linesOf('go-extension-server-start').join('\n')];
  startProcess(t, { command: start, cwd: checkout, name: 'the server' });
  const [wait = '', ...rest] = linesOf('go-extension-server-use');
  await eventually('the service', async () => (await shell(wait)).code === 0, { seconds: 60 });
  for (const command of rest) {
    const { code, output } = await shell(command);
    t.equal(code, 0, `${command}: ${output}`);
  }
  t.match((await shell('kubectl get flunders -A')).output, /^default +first /m);
});
