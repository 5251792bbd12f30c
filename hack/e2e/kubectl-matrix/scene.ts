import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Test } from 'tap';
import { newTestAuthority } from '../../../pkg/testing/pki.ts';
import { type Answer, startBackend } from '../harness/backend.ts';
import { newFlunder } from '../harness/flunder.ts';
import { type Gateway, newDataDir, startGateway } from '../harness/gateway.ts';
import { type Kubectl, newKubectl } from '../harness/kubectl.ts';

/** Tokens as in the recordings: `--token=bad` has to stand in the place of one. */
const TOKENS = 'token-of-admin,admin,admin-uid,system:masters\ntoken-of-alice,alice,alice-uid,"dev,qa"\n';

/** A gateway for one version of kubectl, with what the recordings found there, and the files that the README names. */
export interface Scene {
  readonly kubectl: Kubectl;
  /** Where the files of `examples/flunder` are, with the ports of this scene. */
  readonly examples: string;
  /** Makes the objects that the recordings begin with, and gives the resources that are served. */
  readonly prepare: () => Promise<ReadonlySet<string>>;
}

/** Starts a gateway and the example service. */
export async function newScene(t: Test, minor: number): Promise<Scene> {
  const folder = await newDataDir(t);
  const tokens = join(folder, 'tokens.csv');
  await writeFile(tokens, TOKENS);
  const gateway = await startGateway(t, { args: [`--token-auth-file=${tokens}`] });
  const kubeconfig = await writeKubeconfig(folder, gateway);
  const [kubectl, flunder] = await Promise.all([newKubectl(t, { kubeconfig, minor }), newFlunder(t, gateway.dataDir)]);
  await flunder.start();

  const examples = join(folder, 'examples/flunder');
  await mkdir(examples, { recursive: true });
  const manifests = flunder.manifests.replaceAll(/port: \d+/g, `port: ${flunder.port}`);
  await writeFile(join(examples, 'manifests.yaml'), manifests);
  await writeFile(join(examples, 'objects.yaml'), flunder.objects);

  const prepare: Scene['prepare'] = async () => {
    const authority = await newTestAuthority();
    const port = await startBackend(t, await authority.serving(['localhost']), answerThings);
    await kubectl.ok(['apply', '-f', join(examples, 'manifests.yaml')]);
    await kubectl.ok(['apply', '--validate=false', '-f', '-'], toEcho(port, authority.caPEM));
    const services = ['v1alpha1.wardle.example.com', 'v1beta1.wardle.example.com', 'v1.echo.example.com'];
    const names = services.map((name) => `apiservice/${name}`);
    await kubectl.ok(['wait', '--for=condition=Available', '--timeout=20s', ...names]);
    await kubectl.ok(['create', '--validate=false', '-f', '-'], TWO);
    const served = new Set((await kubectl.ok(['api-resources', '--cached=false', '--output=name'])).split('\n'));
    if (served.has('services')) await kubectl.ok(['create', '--validate=false', '-f', '-'], SERVICE);
    if (served.has(ROLES)) await kubectl.ok(['create', '--validate=false', '-f', '-'], DEV_READ);
    if (served.has('events')) await kubectl.ok(['create', '--validate=false', '-f', '-'], EVENT);
    return served;
  };
  return { kubectl, examples, prepare };
}

/** The one object of the service that the recordings find. */
const TWO = JSON.stringify({
  apiVersion: 'wardle.example.com/v1alpha1',
  kind: 'Flunder',
  metadata: { name: 'two', namespace: 'default' },
});

const SERVICE = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'wardle', namespace: 'default' },
  spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port: 8443 }] },
});

const ROLES = 'clusterroles.rbac.authorization.k8s.io';

/** What the group `dev` was given before the recordings. */
const DEV_READ = JSON.stringify({
  apiVersion: 'v1',
  kind: 'List',
  items: [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'cm-reader' },
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'dev-read' },
      subjects: [{ kind: 'Group', name: 'dev', apiGroup: 'rbac.authorization.k8s.io' }],
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cm-reader' },
    },
  ],
});

const EVENT = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'e', namespace: 'default' },
  involvedObject: { kind: 'ConfigMap', name: 'a', namespace: 'default' },
  reason: 'R',
  message: 'm',
  type: 'Normal',
});

/** Registers the service that the recordings call by the name of echo. */
function toEcho(port: number, ca: string): string {
  const place = {
    apiVersion: 'service.grafana.app/v0alpha1',
    kind: 'ExternalName',
    metadata: { name: 'bench', namespace: 'default' },
    spec: { host: 'localhost' },
  };
  const apiService = {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1.echo.example.com' },
    spec: {
      caBundle: Buffer.from(ca).toString('base64'),
      group: 'echo.example.com',
      groupPriorityMinimum: 900,
      service: { name: 'bench', namespace: 'default', port },
      version: 'v1',
      versionPriority: 15,
    },
  };
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [place, apiService] });
}

/** One kind: kubectl does not keep discovery of a group without any, and would ask anew each time. */
const answerThings: Answer = (_, response) => {
  const things = { name: 'things', singularName: 'thing', namespaced: true, kind: 'Thing', verbs: ['get', 'list'] };
  const list = { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: 'echo.example.com/v1', resources: [things] };
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(list));
};

async function writeKubeconfig(folder: string, { address, dataDir }: Gateway): Promise<string> {
  const ca = await readFile(join(dataDir, 'pki/ca.crt'));
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'admin',
    clusters: [{ name: 'here', cluster: { server: address, 'certificate-authority-data': ca.toString('base64') } }],
    contexts: [{ name: 'admin', context: { cluster: 'here', user: 'admin' } }],
    users: ['admin', 'alice'].map((name) => ({ name, user: { token: `token-of-${name}` } })),
  };
  const file = join(folder, 'kubeconfig');
  await writeFile(file, JSON.stringify(content), { mode: 0o600 });
  return file;
}
