import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { runCommand } from '../lib/run-command.ts';
import { newFlunder } from './harness/flunder.ts';
import { TRIBUTARY, newDataDir, parseReady, startGateway } from './harness/gateway.ts';
import { newKubectl } from './harness/kubectl.ts';
import { startProcess } from './harness/process.ts';

/** Runs the program to its end. */
function tributary(args: readonly string[], env: NodeJS.ProcessEnv = {}): ReturnType<typeof runCommand> {
  return runCommand([...TRIBUTARY, ...args], { env });
}

/** One sentence on what is wrong, beside the log at most, and no stack. */
function isOneSentence(t: Test, output: string): void {
  const sentences = output.split('\n').filter((line) => line !== '' && !line.startsWith('{"level":'));
  t.equal(sentences.length, 1, `is one line: ${output}`);
  t.notMatch(output, /^\s+at /m, 'shows no stack');
}

t.test('a command line that is wrong', async (t) => {
  const dataDir = await newDataDir(t);
  const rows: [name: string, args: string[], expected: RegExp][] = [
    ['an unknown flag', ['serve', '--data-dri=/x'], /--data-dri.*(?:did you mean|--help)/i],
    ['an unknown command', ['server'], /server.*(?:did you mean|serve)/i],
    ['a port that is no number', ['serve', '--secure-port=https'], /--secure-port.*whole number.*"https"/],
    ['a port out of range', ['serve', '--secure-port=70000'], /--secure-port.*65535.*70000/],
    ['an address that is none', ['serve', '--bind-address=localhost'], /--bind-address.*IP address.*"localhost"/],
    ['half a pair', ['serve', '--tls-cert-file=a.pem'], /--tls-cert-file.*--tls-private-key-file/],
    ['an API that is unknown', ['serve', '--runtime-config=apps/v1=true'], /--runtime-config.*apps\/v1/],
    [
      'an API that has to stay',
      ['serve', '--runtime-config=apiregistration.k8s.io/v1=false'],
      /cannot be switched off/,
    ],
    ['a duration that is none', ['serve', '--event-ttl=soon'], /--event-ttl.*duration.*"soon"/],
    ['a time that is none', ['serve', '--namespace-deletion-grace=0s'], /--namespace-deletion-grace.*duration/],
    ['manifests that are not there', ['serve', '--manifests=/nowhere/m'], /--manifests: \/nowhere\/m cannot be read/],
    ['an empty value', ['serve', '--data-dir='], /--data-dir.*empty/],
    ['a flag without its value', ['serve', '--data-dir'], /--data-dir/],
    [
      'a configuration file that is not there',
      ['serve', '--config=/nowhere/tributary.yaml'],
      /\/nowhere\/tributary\.yaml/,
    ],
  ];
  for (const [name, args, expected] of rows) {
    await t.test(name, async (t) => {
      const { code, output } = await tributary(args, { TRIBUTARY_DATA_DIR: dataDir });
      t.equal(code, 2);
      t.match(output, expected);
      isOneSentence(t, output);
    });
  }

  await t.test('a variable that is wrong is named as such', async (t) => {
    const { code, output } = await tributary(['serve'], { TRIBUTARY_SECURE_PORT: 'x', TRIBUTARY_DATA_DIR: dataDir });
    t.equal(code, 2);
    t.match(output, /TRIBUTARY_SECURE_PORT.*whole number.*"x"/);
    isOneSentence(t, output);
  });
});

t.test('a configuration file', async (t) => {
  const folder = await newDataDir(t);
  const file = join(folder, 'tributary.yaml');

  await t.test('with an unknown key is refused by line', async (t) => {
    await writeFile(file, 'apiVersion: config.tributary.dev/v1alpha1\nkind: GatewayConfiguration\nsecureprot: 1\n');
    const { code, output } = await tributary(['serve', `--config=${file}`]);
    t.equal(code, 2);
    t.match(output, `${file}:3: unknown key "secureprot"`);
    isOneSentence(t, output);
  });

  await t.test('with a wrong value is refused by line', async (t) => {
    await writeFile(file, '# port\n\nsecurePort: many\n');
    const { code, output } = await tributary(['serve', `--config=${file}`]);
    t.equal(code, 2);
    t.match(output, `${file}:3: securePort`);
    isOneSentence(t, output);
  });

  await t.test('counts less than a variable, which counts less than a flag', async (t) => {
    const [fromFile, fromVariable, fromFlag] = [join(folder, 'file'), join(folder, 'variable'), join(folder, 'flag')];
    await writeFile(file, `dataDir: ${fromFile}\nsecurePort: 0\nbindAddress: 127.0.0.1\n`);
    const env = { TRIBUTARY_DATA_DIR: fromVariable };
    const served = async (t: Test, args: readonly string[], variables: NodeJS.ProcessEnv): Promise<string> => {
      const command = [...TRIBUTARY, 'serve', `--config=${file}`, ...args];
      const child = startProcess(t, { command, env: variables, name: 'serve' });
      const { dataDir } = await child.waitFor('being ready', parseReady);
      await child.stop();
      return dataDir;
    };
    t.equal(await served(t, [], {}), fromFile);
    t.equal(await served(t, [], env), fromVariable);
    t.equal(await served(t, [`--data-dir=${fromFlag}`], env), fromFlag);
  });
});

t.test('own APIs are switched off, and their objects stay', async (t) => {
  const first = await startGateway(t);
  const kubectl = await newKubectl(t, first);
  const lease = '{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"l","namespace":"default"}}';
  await kubectl.ok(['create', '-f', '-'], lease);
  await first.stop();
  const { dataDir, port } = first;
  const args = ['--runtime-config=api/all=false,/v1/configmaps=true'];
  const second = await startGateway(t, { dataDir, port, args });
  const resources = (await kubectl.ok(['api-resources', '--cached=false', '--output=name'])).trim().split('\n');
  t.same(resources, ['configmaps', 'apiservices.apiregistration.k8s.io']);
  t.match(await kubectl.ok(['get', 'apiservices']), /^v1\. +Local +True/m);
  t.match(await kubectl.run(['get', '--raw', '/apis/coordination.k8s.io/v1/leases']), { code: 1 });
  await second.stop();
  await startGateway(t, { dataDir, port, env: { TRIBUTARY_RUNTIME_CONFIG: 'events.k8s.io/v1=false' } });
  t.match(await kubectl.ok(['get', 'leases', '--output=name']), 'lease.coordination.k8s.io/l');
});

t.test('help and version', async (t) => {
  const help = await tributary(['--help']);
  t.equal(help.code, 0);
  for (const command of ['serve', 'certs', 'kubeconfig']) t.match(help.output, new RegExp(`^ +${command}\\b`, 'm'));
  const serve = await tributary(['serve', '--help']);
  t.equal(serve.code, 0);
  for (const flag of ['--secure-port', '--data-dir', '--bind-address', '--token-auth-file', '--config'])
    t.match(serve.output, flag);
  const version = await tributary(['--version']);
  t.equal(version.code, 0);
  const { version: expected } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  t.match(version.output, expected);
});

t.test('a second server on one data directory is refused and names the first', async (t) => {
  const gateway = await startGateway(t);
  const { code, output } = await tributary(['serve', '--secure-port=0', `--data-dir=${gateway.dataDir}`]);
  t.equal(code, 1);
  t.match(output, new RegExp(`${gateway.dataDir}.*process ${gateway.process.pid}\\b.*--data-dir`));
  isOneSentence(t, output);
});

t.test('a data directory of a server that was killed is taken over', async (t) => {
  const gateway = await startGateway(t);
  await gateway.kill();
  const second = await startGateway(t, { dataDir: gateway.dataDir });
  t.same(await second.stop(), { code: 0, signal: null });
});

t.test('a port that is taken is named, with who has it', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const { code, output } = await tributary(['serve', `--secure-port=${port}`, `--data-dir=${await newDataDir(t)}`]);
  t.equal(code, 1);
  t.match(output, new RegExp(`${port}.*(?:in use|taken).*process ${process.pid} \\(node \\S*cli\\.e2e\\.ts\\)`));
  t.match(output, /--secure-port/, 'says what to do');
  isOneSentence(t, output);
  t.equal(output.trim().split('\n').length, 1, 'and nothing else');

  const { dataDir } = await startGateway(t);
  const { start } = await newFlunder(t, dataDir);
  await start();
  await t.rejects(start(), /port \d+ on 127\.0\.0\.1 is taken by another process; stop it/, 'and by the example');
});

t.test('a data directory that cannot be made is named', async (t) => {
  const file = join(await newDataDir(t), 'file');
  await writeFile(file, '');
  const { code, output } = await tributary(['serve', '--secure-port=0', `--data-dir=${join(file, 'data')}`]);
  t.equal(code, 1);
  t.match(output, join(file, 'data'));
  isOneSentence(t, output);
});

t.test('files of the data directory are for their owner only', async (t) => {
  const gateway = await startGateway(t);
  t.equal((await stat(gateway.dataDir)).mode & 0o777, 0o700);
  t.equal((await stat(gateway.kubeconfig)).mode & 0o777, 0o600);
});

t.test('SIGTERM lets requests finish and ends with 0', async (t) => {
  const gateway = await startGateway(t);
  const kubectl = await newKubectl(t, gateway);
  const watch = kubectl.start(['get', 'namespaces', '--watch']);
  await watch.waitFor('a namespace', (line) => line.includes('default') || undefined);
  const started = performance.now();
  gateway.process.signal('SIGTERM');
  t.same(await gateway.process.exited, { code: 0, signal: null });
  t.ok(performance.now() - started < 10_000, 'an open watch does not hold it up');
});

t.test('a second signal ends it at once', async (t) => {
  const gateway = await startGateway(t);
  gateway.process.signal('SIGINT');
  gateway.process.signal('SIGINT');
  const started = performance.now();
  const exit = await gateway.process.exited;
  t.ok(performance.now() - started < 5000);
  t.ok(exit.code !== null || exit.signal === 'SIGINT', JSON.stringify(exit));
});

t.test('the kubeconfig and the authority survive restarts and a kill', async (t) => {
  const first = await startGateway(t);
  const before = await readFile(first.kubeconfig, 'utf8');
  const kubectl = await newKubectl(t, first);
  await kubectl.ok(['apply', '-f', '-'], '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"kept"}}');
  await first.kill();
  const second = await startGateway(t, { dataDir: first.dataDir, port: first.port });
  t.equal(await readFile(second.kubeconfig, 'utf8'), before);
  t.match(await kubectl.ok(['get', 'namespace', 'kept']), /kept/);
});
