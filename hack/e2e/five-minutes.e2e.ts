import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { ROOT } from '../lib/files.ts';
import { fencesOf } from '../lib/markdown.ts';
import { newCheckout } from './harness/checkout.ts';
import { eventually } from './harness/eventually.ts';
import { isFree } from './harness/free-port.ts';
import { newDataDir, parseReady } from './harness/gateway.ts';
import { findKubectl, minorOf } from './harness/kubectl-binary.ts';
import { startProcess } from './harness/process.ts';
import { type Shell, newShell } from './harness/shell.ts';

/** How long a newcomer may have to wait from `npm start` to the first object of a service; the commands' own time included. */
const LIMIT_SECONDS = 30;

/** Knows OpenAPI v2 and older discovery only. */
const OLD_MINOR = 24;

t.test('the first five minutes of the README', async (t) => {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const commandsOf = (label: string): readonly string[] =>
    fencesOf(readme).find(({ info }) => info.includes(label))?.lines ?? [];
  const [serviceCommand = ''] = commandsOf('background');
  const commands = commandsOf('first-five-minutes');
  const cleanUp = commandsOf('clean-up');
  t.match(readme, /^npm ci\nnpm start$/m, 'the two commands');
  t.match(serviceCommand, /^npm run /);
  t.equal(commands.at(-1), 'kubectl get flunders -w');

  // The commands name two ports; somebody else on them would answer in their place.
  for (const port of [6443, 7443]) t.ok(await isFree(port), `port ${port} is free on this machine`);
  const checkout = await newCheckout(t);
  const kubectl = await findKubectl();
  const home = await newDataDir(t);
  const env: NodeJS.ProcessEnv = { HOME: home, KUBECACHEDIR: join(home, 'cache') };
  const shell = newShell({ cwd: checkout, env, kubectl, setUp: commands[0] ?? '' });
  const transcript: string[] = [`kubectl 1.${await minorOf(kubectl)}`];
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  const note = (text: string): void => void transcript.push(`[${elapsed().toFixed(2).padStart(6)}s] ${text}`);

  note('$ npm start');
  const gateway = startProcess(t, { command: ['npm', 'start'], cwd: checkout, env, name: 'npm start' });
  const ready = await gateway.waitFor('being ready', parseReady, LIMIT_SECONDS);
  note(`ready at ${ready.address}`);

  note(`$ ${serviceCommand}`);
  const service = startProcess(t, {
    command: ['bash', '-c', serviceCommand],
    cwd: checkout,
    env,
    name: serviceCommand,
  });

  for (const command of commands.slice(0, -1)) {
    note(`$ ${command}`);
    const result = await shell(command);
    transcript.push(result.output.trimEnd());
    t.equal(result.code, 0, command);
    if (command.includes('manifests.yaml')) await becomesAvailable(shell);
  }
  const listed = await shell('kubectl get flunders -A -o name');
  t.match(listed.output, /^flunder\.wardle\.example\.com\//m);
  const seconds = elapsed();
  note('the first object of the service has been seen');
  t.ok(seconds < LIMIT_SECONDS, `from npm start to the first object in ${seconds.toFixed(1)}s`);

  await t.test('the watch shows what changes', async (t) => {
    const watch = startProcess(t, {
      command: [kubectl, 'get', 'flunders', '-w', '-o', 'name'],
      env: { ...env, KUBECONFIG: ready.kubeconfig },
      name: 'kubectl get -w',
    });
    const name = /flunder\.wardle\.example\.com\/(\S+)/.exec(
      await watch.waitFor('an object', (line) => line || undefined),
    )?.[1];
    t.type(name, 'string');
    const before = watch.stdout().split('\n').length;
    await shell(`kubectl label flunder ${name} seen=yes`);
    await eventually('the change', () => watch.stdout().split('\n').length > before);
  });

  await t.test('an old kubectl validates and explains by OpenAPI v2', async (t) => {
    const old = newShell({ cwd: checkout, env, kubectl: await findKubectl(OLD_MINOR), setUp: commands[0] ?? '' });
    for (const command of commands.filter((each) => each.includes('objects.yaml') || each.includes('explain'))) {
      note(`$ ${command} # kubectl 1.${OLD_MINOR}`);
      const result = await old(command);
      transcript.push(result.output.trimEnd());
      t.equal(result.code, 0, command);
    }
    const explained = await old('kubectl explain flunder.spec.reference');
    t.match(explained.output, /Name of another flunder/);
  });

  for (const command of cleanUp) {
    note(`$ ${command}`);
    const result = await shell(command);
    transcript.push(result.output.trimEnd());
    t.equal(result.code, 0, command);
  }
  t.match(
    (await shell('kubectl get flunders -A')).output,
    /doesn't have a resource type|could not find the requested resource/,
  );
  t.equal(service.stderr().match(/Error:/g), null, 'the service never failed');
  await mkdir(join(ROOT, '.cache/e2e'), { recursive: true });
  await writeFile(join(ROOT, '.cache/e2e/five-minutes.txt'), `${transcript.join('\n')}\n`);
});

/** A reader types the next command after the last one answered, and tries again while a service has not been found yet. */
async function becomesAvailable(shell: Shell): Promise<void> {
  await eventually('the APIService to be available', async () => {
    const { output } = await shell('kubectl get apiservice v1alpha1.wardle.example.com');
    return /\bTrue\b/.test(output);
  });
}
