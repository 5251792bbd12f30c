import { once } from 'node:events';
import { createServer } from 'node:https';
import { networkInterfaces } from 'node:os';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { newTestAuthority } from '../../pkg/testing/pki.ts';
import { newDiscoveryAnswer } from './harness/backend.ts';
import { eventually } from './harness/eventually.ts';
import { newFlunder } from './harness/flunder.ts';
import { startGateway } from './harness/gateway.ts';
import { type Kubectl, newKubectl } from './harness/kubectl.ts';
import { type APIServiceObject, type AvailableCondition, availableOf, toManifests } from './harness/registration.ts';

/** Waits for what an APIService says of itself. */
function conditionOf(
  kubectl: Kubectl,
  name: string,
  isMeant: (condition: AvailableCondition) => boolean,
): Promise<AvailableCondition> {
  return eventually(`the condition of ${name}`, async () => {
    const condition = availableOf(await kubectl.json<APIServiceObject>(['get', 'apiservice', name]));
    return condition !== undefined && isMeant(condition) ? condition : undefined;
  });
}

const isAvailable = ({ status }: AvailableCondition): boolean => status === 'True';

function apply(kubectl: Kubectl, ...items: readonly object[]): Promise<string> {
  return kubectl.ok(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
}

t.test('the group/versions of the gateway are APIServices, and come back when they are deleted', async (t) => {
  const gateway = await startGateway(t);
  const kubectl = await newKubectl(t, gateway);
  const table = await kubectl.ok(['get', 'apiservices']);
  t.match(table, /^v1\. +Local +True +\d+s$/m);
  t.match(table, /^v0alpha1\.service\.grafana\.app +Local +True +\d+s$/m);
  const list = (): Promise<{ metadata: { resourceVersion: string } }> => kubectl.json(['get', 'apiservices']);
  const before = await list();
  await gateway.stop();
  const again = await startGateway(t, { dataDir: gateway.dataDir, port: gateway.port });
  t.equal((await list()).metadata.resourceVersion, before.metadata.resourceVersion, 'a warm start writes nothing');
  await kubectl.ok(['delete', 'apiservice', 'v1.']);
  await kubectl.ok(['patch', 'apiservice', 'v0alpha1.service.grafana.app', '-p', '{"spec":{"versionPriority":9}}']);
  await eventually('both to be restored', async () => {
    const { code } = await kubectl.run(['get', 'apiservice', 'v1.']);
    const path = '--output=jsonpath={.spec.versionPriority}';
    return code === 0 && (await kubectl.ok(['get', 'apiservice', 'v0alpha1.service.grafana.app', path])) !== '9';
  });
  await again.stop();
});

t.test('a service behind a Service of type ExternalName, over restarts of the gateway', async (t) => {
  const gateway = await startGateway(t);
  const [kubectl, flunder] = await Promise.all([newKubectl(t, gateway), newFlunder(t, gateway.dataDir)]);
  await flunder.start();
  await kubectl.ok(['apply', '-f', '-'], flunder.manifests);
  await kubectl.ok(['delete', 'externalname', 'flunder']);
  const names = ['v1alpha1.wardle.example.com', 'v1beta1.wardle.example.com'];
  for (const name of names) await conditionOf(kubectl, name, ({ reason }) => reason === 'ServiceNotFound');
  const metadata = { name: 'flunder', namespace: 'default' };
  const spec = { type: 'ExternalName', externalName: 'localhost' };
  await apply(kubectl, { apiVersion: 'v1', kind: 'Service', metadata, spec });
  for (const name of names) await conditionOf(kubectl, name, isAvailable);
  await kubectl.ok(['apply', '-f', '-'], flunder.objects);

  await gateway.kill();
  await startGateway(t, { dataDir: gateway.dataDir, port: gateway.port });
  for (const name of names) await conditionOf(kubectl, name, isAvailable);
  t.match(await kubectl.ok(['get', 'flunders', '--output=name']), 'flunder.wardle.example.com/first');

  await apply(kubectl, {
    apiVersion: 'service.grafana.app/v0alpha1',
    kind: 'ExternalName',
    metadata,
    spec: { host: '127.0.0.1' },
  });
  const { message } = await conditionOf(kubectl, names[0] ?? '', (each) => each.message.includes(';'));
  t.match(
    message,
    'the ExternalName "flunder" in namespace "default" is used, and the Service of the same name is not',
  );
  t.match(await kubectl.ok(['get', 'flunders', '--output=name']), 'flunder.wardle.example.com/first');
});

/** Endpoints are of other machines: an address of this one that is not the loopback. */
const address = Object.values(networkInterfaces())
  .flatMap((each) => each ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

/** A backend that listens on every address. */
async function startEverywhere(t: Test, group: string): Promise<{ readonly port: number; readonly ca: string }> {
  const authority = await newTestAuthority();
  const { certPEM: cert, keyPEM: key } = await authority.serving(['web.default.svc']);
  const server = createServer({ cert, key }, newDiscoveryAnswer(`${group}/v1`)).listen(0, '0.0.0.0');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, ca: authority.caPEM };
}

const options = address === undefined ? { skip: 'this machine has no address but the loopback' } : {};

t.test('a service behind EndpointSlices, and behind Endpoints', options, async (t) => {
  const gateway = await startGateway(t);
  const kubectl = await newKubectl(t, gateway);
  const { port, ca } = await startEverywhere(t, 'web.example.com');
  const name = 'v1.web.example.com';
  const metadata = { name: 'web', namespace: 'default' };
  await kubectl.ok(['apply', '-f', '-'], toManifests({ group: 'web.example.com', host: 'localhost', port: 443, ca }));
  await kubectl.ok(['delete', 'externalname', 'web']);
  await apply(kubectl, { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ name: 'api', port: 443 }] } });
  t.match(await conditionOf(kubectl, name, ({ reason }) => reason === 'EndpointsNotFound'), {
    status: 'False',
    message: /^cannot find endpointslices for service\/web in "default": /,
  });
  const newSlice = (ready: boolean): object => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...metadata, name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [address], conditions: { ready } }],
    ports: [{ name: 'api', port }],
  });
  await apply(kubectl, newSlice(true));
  await conditionOf(kubectl, name, isAvailable);
  t.match(await kubectl.ok(['get', '--raw', '/apis/web.example.com/v1/things']), '"/apis/web.example.com/v1/things"');
  await apply(kubectl, newSlice(false));
  await conditionOf(kubectl, name, ({ reason }) => reason === 'MissingEndpoints');
  const subsets = [{ addresses: [{ ip: address }], ports: [{ name: 'api', port }] }];
  await apply(kubectl, { apiVersion: 'v1', kind: 'Endpoints', metadata, subsets });
  await conditionOf(kubectl, name, isAvailable);
  await apply(kubectl, { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ name: 'api', port: 444 }] } });
  t.match(await conditionOf(kubectl, name, ({ reason }) => reason === 'ServicePortError'), {
    message: /^service\/web in "default" is not listening on port 443: the Service lists 444; /,
  });
});
