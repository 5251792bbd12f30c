import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { eventually } from './harness/eventually.ts';
import { newDataDir, startGateway } from './harness/gateway.ts';
import { type Kubectl, newKubectl } from './harness/kubectl.ts';

/** An old one, the last one that sends JSON where it can, and those that send built-in kinds as protobuf. */
const VERSIONS: readonly number[] = [24, 31, 35, 36];

const folder = await newDataDir(t);
const tokens = join(folder, 'tokens.csv');
await writeFile(tokens, 'alice-token,alice,alice-uid,"dev,qa"\n', { mode: 0o600 });
const gateway = await startGateway(t, { args: [`--token-auth-file=${tokens}`] });

for (const minor of VERSIONS) {
  t.test(`kubectl 1.${minor}`, async (t) => {
    const kubectl = await newKubectlWithAlice(t, minor);
    const namespace = `rbac-${minor}`;
    await kubectl.ok(['apply', '-f', '-'], toNamespace(namespace));
    await grant(t, kubectl, namespace);
    await ask(t, kubectl, namespace);
    await look(t, kubectl, namespace);
    await escalate(t, kubectl, namespace);
    await reconcile(t, kubectl, namespace);
    await aggregate(t, kubectl, minor);
  });
}

const asAlice = '--context=alice';

/** A kubectl whose kubeconfig has a further user and context, `alice`, with nothing but a token. */
async function newKubectlWithAlice(t: Test, minor: number): Promise<Kubectl> {
  const kubeconfig = join(folder, `kubeconfig-${minor}`);
  await writeFile(kubeconfig, await readFile(gateway.kubeconfig), { mode: 0o600 });
  const kubectl = await newKubectl(t, { kubeconfig, minor });
  const { clusters } = await kubectl.json<{ clusters: { name: string }[] }>(['config', 'view']);
  await kubectl.ok(['config', 'set-credentials', 'alice', '--token=alice-token']);
  // `create rolebinding` has a flag `--user` of its own.
  await kubectl.ok(['config', 'set-context', 'alice', '--user=alice', `--cluster=${clusters[0]?.name}`]);
  return kubectl;
}

function toNamespace(name: string): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}

async function grant(t: Test, kubectl: Kubectl, namespace: string): Promise<void> {
  const here = `--namespace=${namespace}`;
  const create = (...args: readonly string[]) => kubectl.ok(['create', ...args]);
  t.match(
    await create('role', 'reader', here, '--verb=get,list', '--resource=configmaps'),
    'role.rbac.authorization.k8s.io/reader created',
  );
  t.match(
    await create('rolebinding', 'reader', here, '--role=reader', '--user=alice'),
    'rolebinding.rbac.authorization.k8s.io/reader created',
  );
  t.match(
    await create('clusterrole', `metrics-${namespace}`, '--verb=get', '--non-resource-url=/metrics'),
    /clusterrole\S+ created/,
  );
  t.match(
    await create('clusterrolebinding', `metrics-${namespace}`, `--clusterrole=metrics-${namespace}`, '--group=dev'),
    /clusterrolebinding\S+ created/,
  );
  t.match(
    await create('role', 'dry', here, '--verb=get', '--resource=secrets', '--dry-run=server'),
    /created \(server dry run\)/,
  );
  t.equal((await kubectl.run(['get', 'role', 'dry', here])).code, 1);
}

async function ask(t: Test, kubectl: Kubectl, namespace: string): Promise<void> {
  const canI = async (...args: readonly string[]) => {
    const { code, stdout } = await kubectl.run(['auth', 'can-i', asAlice, ...args]);
    return `${code} ${stdout.trim()}`;
  };
  const here = `--namespace=${namespace}`;
  t.equal(await canI('list', 'configmaps', here), '0 yes');
  t.match(await canI('delete', 'configmaps', here), /^1 no/);
  t.match(await canI('list', 'configmaps', '--namespace=default'), /^1 no/);
  t.equal(await canI('get', '/metrics'), '0 yes');
  t.match(await canI('get', '/logs'), /^1 no/);
  t.match(await canI('create', 'selfsubjectaccessreviews.authorization.k8s.io'), /^0 yes/);
  const list = await canI('--list', here);
  t.match(list, /^configmaps +\[\] +\[\] +\[get list\]$/m);
  t.match(list, /^ +\[\/metrics\] +\[\] +\[get\]$/m);
  const { stdout } = await kubectl.run(['auth', 'can-i', '*', '*', '--all-namespaces']);
  t.equal(stdout.trim(), 'yes', 'the administrator may do everything');
  t.match(await kubectl.ok(['get', 'configmaps', here, asAlice, '--output=name']), /^$/);
  const refused = await kubectl.run(['get', 'secrets', here, asAlice]);
  t.match(
    refused.stderr,
    `secrets is forbidden: User "alice" cannot list resource "secrets" in API group "" in the namespace "${namespace}"`,
  );
}

async function look(t: Test, kubectl: Kubectl, namespace: string): Promise<void> {
  const here = `--namespace=${namespace}`;
  t.match(await kubectl.ok(['get', 'roles', here]), /^NAME +CREATED AT\nreader +\d{4}-/);
  t.match(await kubectl.ok(['get', 'rolebindings', here]), /^NAME +ROLE +AGE\nreader +Role\/reader +\d+s/);
  const wide = await kubectl.ok(['get', 'clusterrolebinding', `metrics-${namespace}`, '--output=wide']);
  t.match(wide, /ROLE +AGE +USERS +GROUPS +SERVICEACCOUNTS/);
  t.match(wide, /ClusterRole\/metrics-\S+ +\d+s +dev/);
  const described = await kubectl.ok(['describe', 'role', 'reader', here]);
  t.match(described, /configmaps +\[\] +\[\] +\[get list\]/);
  t.match(await kubectl.ok(['describe', 'clusterrole', 'view']), /externalnames\.service\.grafana\.app/);
  t.match(await kubectl.ok(['explain', 'clusterrole.aggregationRule']), /clusterRoleSelectors/);
}

async function escalate(t: Test, kubectl: Kubectl, namespace: string): Promise<void> {
  const here = `--namespace=${namespace}`;
  await kubectl.ok(['create', 'rolebinding', 'admin', here, '--clusterrole=admin', '--user=alice']);
  t.match(await kubectl.ok(['create', 'role', 'own', here, asAlice, '--verb=get', '--resource=secrets']), /created/);
  const role = await kubectl.run(['create', 'role', 'more', here, asAlice, '--verb=get', '--resource=nodes']);
  t.match(
    role.stderr,
    'is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["nodes"], Verbs:["get"]}',
  );
  const binding = ['create', 'rolebinding', 'root', here, asAlice, '--clusterrole=cluster-admin'];
  const bound = await kubectl.run([...binding, '--serviceaccount=default:x']);
  t.match([bound.code, bound.stderr], [1, /attempting to grant RBAC permissions not currently held/]);
}

async function reconcile(t: Test, kubectl: Kubectl, namespace: string): Promise<void> {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const metadata = { name: 'kept', namespace };
  const rule = (resources: string[]) => ({ verbs: ['get'], apiGroups: [''], resources });
  const manifest = (resources: string[]) =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [
        { apiVersion, kind: 'Role', metadata, rules: [rule(resources)] },
        {
          apiVersion,
          kind: 'RoleBinding',
          metadata,
          subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'qa' }],
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'kept' },
        },
      ],
    });
  const run = (resources: string[]) => kubectl.ok(['auth', 'reconcile', '-f', '-'], manifest(resources));
  t.match(await run(['configmaps']), /role.rbac.authorization.k8s.io\/kept reconciled/);
  t.match(await run(['services']), /rolebinding.rbac.authorization.k8s.io\/kept reconciled/);
  const role = await kubectl.json<{ rules: object[] }>(['get', 'role', 'kept', `--namespace=${namespace}`]);
  t.strictSame(role.rules, [rule(['configmaps']), rule(['services'])], 'what was there stays');
}

async function aggregate(t: Test, kubectl: Kubectl, minor: number): Promise<void> {
  const name = `gathers-${minor}`;
  await kubectl.ok(['create', 'clusterrole', name, `--aggregation-rule=part=${name}`]);
  await kubectl.ok(['create', 'clusterrole', `part-${minor}`, '--verb=get', '--resource=pods']);
  await kubectl.ok(['label', 'clusterrole', `part-${minor}`, `part=${name}`]);
  const filled = async (): Promise<boolean> => /pods/.test(await kubectl.ok(['describe', 'clusterrole', name]));
  await eventually('the rules of the part', filled);
  t.pass('the role has gathered its part');
}
