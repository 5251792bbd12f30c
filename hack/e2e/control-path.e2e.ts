import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { eventually } from './harness/eventually.ts';
import { newFlunder } from './harness/flunder.ts';
import { type Gateway, newDataDir, startGateway } from './harness/gateway.ts';
import { newKubectl } from './harness/kubectl.ts';

const configMap = (name: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: default\ndata:\n  a: b\n`;

const flunder = (namespace: string): string =>
  `apiVersion: wardle.example.com/v1alpha1\nkind: Flunder\nmetadata:\n  name: one\n  namespace: ${namespace}\nspec:\n  reference: x\n`;

const outputOf = ({ process }: Gateway): string => process.stdout() + process.stderr();

/** What Prometheus' own checker says of a page; `undefined` where it is not installed. */
function promtool(page: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = execFile('promtool', ['check', 'metrics'], (error, stdout, stderr) => {
      resolve((error as NodeJS.ErrnoException | null)?.code === 'ENOENT' ? undefined : stdout + stderr);
    });
    child.stdin?.on('error', () => undefined).end(page);
  });
}

void t.test('manifests are there when the gateway is ready, and follow their files', async (t) => {
  const folder = join(await newDataDir(t), 'manifests');
  await mkdir(folder);
  await writeFile(join(folder, 'a.yaml'), `${configMap('one')}---\n${configMap('two')}---\nkind: Oops\n`);
  const gateway = await startGateway(t, { args: [`--manifests=${folder}`] });
  const kubectl = await newKubectl(t, gateway);
  t.equal(await kubectl.ok(['get', 'configmap', 'one', 'two', '-o', 'name']), 'configmap/one\nconfigmap/two\n');
  t.match(outputOf(gateway), /a\.yaml:\d+: apiVersion is missing/);
  await writeFile(join(folder, 'a.yaml'), configMap('two'));
  await writeFile(
    join(folder, 'b.json'),
    JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } }),
  );
  await eventually('the change', async () => {
    const [one, team] = await Promise.all([
      kubectl.run(['get', 'configmap', 'one']),
      kubectl.run(['get', 'namespace', 'team']),
    ]);
    return one.code !== 0 && team.code === 0;
  });
  await rm(join(folder, 'b.json'));
  await eventually(
    'the end of the namespace',
    async () => (await kubectl.run(['get', 'namespace', 'team'])).code !== 0,
  );
});

void t.test(
  'a namespace takes with it what services hold in it, and does not wait for ever for a dead one',
  async (t) => {
    const gateway = await startGateway(t, { args: ['--namespace-deletion-grace=6s'] });
    const [kubectl, service] = await Promise.all([newKubectl(t, gateway), newFlunder(t, gateway.dataDir)]);
    const running = await service.start();
    await kubectl.ok(['apply', '-f', '-'], service.manifests);
    await kubectl.ok(['wait', '--for=condition=Available', 'apiservice/v1beta1.wardle.example.com', '--timeout=20s']);
    await kubectl.ok(['create', 'namespace', 'full']);
    await kubectl.ok(['apply', '-f', '-'], flunder('full'));
    await kubectl.ok(['delete', 'namespace', 'full', '--timeout=20s']);
    t.notMatch(await kubectl.ok(['get', 'flunders', '-A', '-o', 'name']), /one/);

    await kubectl.ok(['create', 'namespace', 'stuck']);
    await kubectl.ok(['apply', '-f', '-'], configMap('local').replace('default', 'stuck'));
    await kubectl.ok(['apply', '-f', '-'], flunder('stuck'));
    await running.stop();
    await kubectl.ok([
      'wait',
      '--for=condition=Available=false',
      'apiservice/v1beta1.wardle.example.com',
      '--timeout=20s',
    ]);
    const started = performance.now();
    await kubectl.ok(['delete', 'namespace', 'stuck', '--wait=false']);
    await eventually('the local object to go', async () => {
      const { stdout } = await kubectl.run(['get', 'configmaps', '-n', 'stuck', '-o', 'name']);
      return !stdout.includes('configmap/local');
    });
    t.ok(performance.now() - started < 5000, 'local objects go at once');
    const path = '-o=jsonpath={.status.conditions[?(@.type=="NamespaceDeletionDiscoveryFailure")].message}';
    t.match(
      await kubectl.ok(['get', 'namespace', 'stuck', path]),
      /^Discovery failed for some groups, \d failing: unable to retrieve the complete list of server APIs: .*wardle\.example\.com\/v1beta1: stale GroupVersion discovery/,
    );
    await kubectl.ok(['create', 'namespace', 'other']);
    t.equal((await kubectl.run(['get', 'namespace', 'other'])).code, 0);
    await eventually(
      'the end of the namespace',
      async () => (await kubectl.run(['get', 'namespace', 'stuck'])).code !== 0,
    );
    t.match(
      await kubectl.ok(['get', 'events', '-n', 'default']),
      /Warning +NamespaceContentAbandoned +namespace\/stuck/,
    );
  },
);

void t.test('what happens is seen from outside', async (t) => {
  const gateway = await startGateway(t, { args: ['--v=3'] });
  const [kubectl, service] = await Promise.all([newKubectl(t, gateway), newFlunder(t, gateway.dataDir)]);
  await service.start();
  await kubectl.ok(['apply', '-f', '-'], service.manifests);
  await kubectl.ok(['wait', '--for=condition=Available', 'apiservice/v1beta1.wardle.example.com', '--timeout=20s']);
  await kubectl.ok(['get', '--raw', '/apis/wardle.example.com/v1beta1/flunders']);
  const page = await kubectl.ok(['get', '--raw', '/metrics']);
  for (const sample of [
    /^tributary_backend_requests_total\{group="wardle\.example\.com",version="v1beta1",verb="LIST",code="200",cause=""\} [1-9]/m,
    /^tributary_backend_request_phase_seconds_count\{.*phase="first-byte"\} [1-9]/m,
    /^tributary_backend_probes_total\{address=".*",result="ok"\} [1-9]/m,
    /^tributary_certificate_expiry_days\{use="backend",of="https:.*"\} \d/m,
    /^tributary_discovery_age_seconds\{name="v1beta1\.wardle\.example\.com"\} \d/m,
    /^tributary_openapi_age_seconds\{name="v1beta1\.wardle\.example\.com"\} \d/m,
    /^aggregator_unavailable_apiservice\{name="v1beta1\.wardle\.example\.com"\} 0$/m,
    /^workqueue_queue_duration_seconds_count\{name="namespace-controller"\}/m,
    /^workqueue_depth\{name="AvailableConditionController"\} 0$/m,
  ]) {
    t.match(page, sample);
  }
  const said = await promtool(page);
  if (said === undefined) t.comment('promtool is not installed');
  else t.notMatch(said, /error while linting|text format parsing error|invalid|expected/i);

  const debug = await kubectl.ok(['get', '--raw', '/debug/aggregator']);
  t.match(JSON.parse(debug), { apiServices: Array, queues: { 'discovery-manager': { depth: 0 } } });
  t.notMatch(debug, /PRIVATE KEY|BEGIN CERTIFICATE/);
  t.match(await kubectl.run(['get', '--raw', '/debug/aggregator', '--as=alice']), { stderr: /[Ff]orbidden/ });
  t.match(await kubectl.ok(['get', '--raw', '/readyz?verbose']), /\[\+\]poststarthook\/apiservice-first-probes ok/);

  const lines = outputOf(gateway).split('\n');
  const line = lines.find((each) => each.includes('"/apis/wardle.example.com/v1beta1/flunders"')) ?? '{}';
  t.match(JSON.parse(line), {
    msg: 'request',
    code: 200,
    user: 'admin',
    apiService: 'v1beta1.wardle.example.com',
    backend: /^https:/,
    phases: { queue: Number, 'first-byte': Number, body: Number },
    responseBytes: Number,
  });
});

void t.test('warnings reach whoever registers a service', async (t) => {
  const gateway = await startGateway(t);
  const kubectl = await newKubectl(t, gateway);
  const { stderr } = await kubectl.run(
    ['apply', '-f', '-'],
    JSON.stringify({
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1.x.example' },
      spec: {
        group: 'x.example',
        version: 'v1',
        groupPriorityMinimum: 1,
        versionPriority: 1,
        service: { namespace: 'default', name: 'none' },
      },
    }),
  );
  t.match(stderr, /^Warning: spec\.service: service\/none in "default" is not present/m);
});
