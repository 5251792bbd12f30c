import t, { type Test } from 'tap';
import { startBlackHole } from './harness/backend.ts';
import { eventually } from './harness/eventually.ts';
import { type Flunder, newFlunder } from './harness/flunder.ts';
import { type Gateway, newDataDir, startGateway } from './harness/gateway.ts';
import { type Kubectl, newKubectl } from './harness/kubectl.ts';
import { type APIServiceObject, availableOf, toManifests } from './harness/registration.ts';

const API_SERVICE = 'v1alpha1.wardle.example.com';

/** A gateway and the example service, registered but not running yet. */
interface Scene {
  readonly gateway: Gateway;
  readonly kubectl: Kubectl;
  readonly flunder: Flunder;
}

async function newScene(t: Test): Promise<Scene> {
  const gateway = await startGateway(t);
  const [kubectl, flunder] = await Promise.all([newKubectl(t, gateway), newFlunder(t, gateway.dataDir)]);
  return { gateway, kubectl, flunder };
}

async function isAvailable(kubectl: Kubectl, status: 'True' | 'False'): Promise<void> {
  await eventually(`the service to be available: ${status}`, async () => {
    const condition = availableOf(await kubectl.json<APIServiceObject>(['get', 'apiservice', API_SERVICE]));
    return condition?.status === status;
  });
}

/** Names of the flunders that a user sees, once the service is there. */
function seeFlunders(kubectl: Kubectl): Promise<string> {
  return eventually('the flunders', async () => {
    const { code, stdout } = await kubectl.run(['get', 'flunders', '--all-namespaces', '--output=name']);
    return code === 0 && stdout;
  });
}

t.test('a service that runs before it is registered', async (t) => {
  const { kubectl, flunder } = await newScene(t);
  await flunder.start();
  await kubectl.ok(['apply', '-f', '-'], flunder.manifests);
  await isAvailable(kubectl, 'True');
  await kubectl.ok(['apply', '-f', '-'], flunder.objects);
  t.match(await seeFlunders(kubectl), 'flunder.wardle.example.com/first');
});

t.test('a service that is registered before it runs', async (t) => {
  const { kubectl, flunder } = await newScene(t);
  await kubectl.ok(['apply', '-f', '-'], flunder.manifests);
  await isAvailable(kubectl, 'False');
  const started = performance.now();
  await flunder.start();
  await isAvailable(kubectl, 'True');
  t.ok(performance.now() - started < 15_000, 'is found soon after it starts');
  await kubectl.ok(['apply', '-f', '-'], flunder.objects);
  t.match(await seeFlunders(kubectl), 'flunder.wardle.example.com/first');
});

t.test('a restart of the service', async (t) => {
  const { kubectl, flunder } = await newScene(t);
  const first = await flunder.start();
  await kubectl.ok(['apply', '-f', '-'], flunder.manifests);
  await isAvailable(kubectl, 'True');
  await kubectl.ok(['apply', '-f', '-'], flunder.objects);

  for (const [name, end] of [
    ['after SIGTERM', first.stop],
    ['after SIGKILL', undefined],
  ] as const) {
    await t.test(name, async (t) => {
      if (end === undefined) await (await flunder.start()).kill();
      else t.same(await end(), { code: 0, signal: null }, 'it ends well');
      await isAvailable(kubectl, 'False');
      const { code, stderr } = await kubectl.run(['get', '--raw', '/apis/wardle.example.com/v1alpha1/flunders']);
      t.equal(code, 1);
      t.match(stderr, /ServiceUnavailable/);
    });
  }
  await flunder.start();
  await isAvailable(kubectl, 'True');
  t.match(await seeFlunders(kubectl), 'flunder.wardle.example.com/first', 'its objects are still there');
});

t.test('a restart of the gateway', async (t) => {
  const { gateway, kubectl, flunder } = await newScene(t);
  await flunder.start();
  await kubectl.ok(['apply', '-f', '-'], flunder.manifests);
  await isAvailable(kubectl, 'True');
  await kubectl.ok(['apply', '-f', '-'], flunder.objects);
  const before = await kubectl.ok(['get', 'externalnames,apiservices', '--all-namespaces', '--output=name']);
  let current = gateway;

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    await t.test(`after ${signal}`, async (step) => {
      current.process.signal(signal);
      await current.process.exited;
      current = await startGateway(t, { dataDir: gateway.dataDir, port: gateway.port });
      step.match(
        await seeFlunders(kubectl),
        'flunder.wardle.example.com/first',
        'the same kubeconfig sees the objects',
      );
      step.equal(await kubectl.ok(['get', 'externalnames,apiservices', '--all-namespaces', '--output=name']), before);
      await isAvailable(kubectl, 'True');
    });
  }
});

t.test('writes that were answered survive kill -9', async (t) => {
  const dataDir = await newDataDir(t);
  let gateway = await startGateway(t, { dataDir });
  const { port } = gateway;
  const kubectl = await newKubectl(t, gateway);
  const written: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    const name = `kept-${round}`;
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    await kubectl.ok(['apply', '-f', '-'], JSON.stringify(namespace));
    written.push(name);
    await gateway.kill();
    gateway = await startGateway(t, { dataDir, port });
    const names = await kubectl.ok(['get', 'namespaces', '--output=name']);
    for (const each of written) t.match(names, `namespace/${each}\n`);
  }
});

t.test('beside a black hole', async (t) => {
  const { gateway, kubectl, flunder } = await newScene(t);
  await flunder.start();
  await kubectl.ok(
    ['apply', '-f', '-'],
    toManifests({ group: 'hole.example.com', host: 'localhost', port: await startBlackHole(t) }),
  );
  await kubectl.ok(['apply', '-f', '-'], flunder.manifests);
  await isAvailable(kubectl, 'True');
  await kubectl.ok(['apply', '-f', '-'], flunder.objects);

  await t.test('the other service is as fast as ever', async (t) => {
    const started = performance.now();
    t.match(await kubectl.ok(['get', 'flunders', '--all-namespaces', '--output=name']), /first/);
    t.ok(performance.now() - started < 15_000, `${Math.round(performance.now() - started)} ms`);
  });

  await t.test('discovery does not wait for it', async (t) => {
    const started = performance.now();
    await kubectl.ok(['api-resources', '--cached=false', '--api-group=wardle.example.com']);
    t.ok(performance.now() - started < 15_000, `${Math.round(performance.now() - started)} ms`);
  });

  await t.test('a restart of the gateway does not wait for it', async (step) => {
    await gateway.stop();
    const again = await startGateway(t, { dataDir: gateway.dataDir, port: gateway.port });
    step.ok(again.startMilliseconds < 8000, `${Math.round(again.startMilliseconds)} ms`);
    step.match(await seeFlunders(kubectl), 'flunder.wardle.example.com/first');
  });
});
