import t, { type Test } from 'tap';
import type { ClusterRole } from '../../../../../apis/rbac.authorization.k8s.io/v1/cluster-role-schema.ts';
import { cloneJSON } from '../../../../apimachinery/runtime/json.ts';
import { newMemoryStorage } from '../../../../storage/memory/memory-storage.ts';
import { create, serverWrite, startRBACServer, until } from '../../testing/rbac-server.ts';
import type { RBACStores } from '../rbac-stores.ts';
import { newBootstrapPolicy } from './bootstrap-policy.ts';
import { isOfOtherRole, mergeBinding, mergeRole } from './merge-policy.ts';

const path = '/apis/rbac.authorization.k8s.io/v1';
const policy = newBootstrapPolicy({ isServed: () => true });

function roleOf(name: string): ClusterRole {
  const role = policy.clusterRoles.find(({ metadata }) => metadata.name === name);
  if (role === undefined) throw new Error(`there is no role ${name}`);
  return cloneJSON(role);
}

/** Changes a stored role behind the back of admission, as somebody does who edits its file. */
async function change(stores: RBACStores, name: string, mutate: (draft: ClusterRole) => void): Promise<void> {
  const transform = (old: ClusterRole): ClusterRole => {
    const draft = cloneJSON(old);
    mutate(draft);
    return draft;
  };
  await stores.clusterRoles.update({ namespace: '', name, subresource: '', transform }, serverWrite);
}

t.test('a first start makes the roles of upstream, for what is served', async (t) => {
  const { admin, alice, nobody, stores } = await startRBACServer(t);
  t.strictSame(
    (await listNames(t, stores)).toSorted(),
    policy.clusterRoles.map(({ metadata }) => metadata.name ?? '').toSorted(),
  );
  for (const open of ['/healthz', '/livez', '/readyz', '/version', '/version/']) {
    t.equal((await nobody.get(open)).status, 200, `${open} is for everybody`);
  }
  t.equal((await nobody.get('/apis')).status, 403);
  for (const known of ['/api', '/apis', '/apis/rbac.authorization.k8s.io', '/openapi/v3']) {
    t.equal((await alice.get(known)).status, 200, `${known} is for those who are known`);
  }
  for (const closed of ['/metrics', '/healthz/ping', `${path}/clusterroles`, '/']) {
    t.equal((await alice.get(closed)).status, 403, closed);
  }
  t.equal(
    (await admin.get(`${path}/namespaces/kube-system/roles/extension-apiserver-authentication-reader`)).status,
    200,
  );
  const view = await stores.clusterRoles.get({ namespace: '', name: 'system:aggregate-to-view' });
  t.strictSame(
    view.rules?.flatMap(({ resources = [] }) => resources).includes('endpointslices'),
    false,
    'a group that is not served has no rules',
  );
});

async function listNames(t: Test, { clusterRoles }: RBACStores): Promise<string[]> {
  const { admin } = await startRBACServer(t, { storage: clusterRoles.storage });
  const { items } = (await admin.get(`${path}/clusterroles`)).json as { items: { metadata: { name: string } }[] };
  return items.map(({ metadata }) => metadata.name);
}

t.test('view, edit and admin gather what carries their label, and follow its changes', async (t) => {
  const { admin, stores, alice, grant } = await startRBACServer(t);
  const labels = { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' };
  const rules = [{ verbs: ['get'], apiGroups: ['example.com'], resources: ['things'] }];
  t.equal((await create(admin, 'clusterroles', { metadata: { name: 'things', labels }, rules })).status, 201);
  const gathered = async (name: string): Promise<boolean> => {
    const role = await stores.clusterRoles.get({ namespace: '', name });
    return (role.rules ?? []).some(({ resources = [] }) => resources.includes('things'));
  };
  for (const name of ['view', 'edit', 'admin']) await until(`things in ${name}`, () => gathered(name));
  const admins = await stores.clusterRoles.get({ namespace: '', name: 'admin' });
  t.equal(new Set(admins.rules?.map((rule) => JSON.stringify(rule))).size, admins.rules?.length, 'each rule once');
  await grant('reader', { verbs: ['get'], apiGroups: ['example.com'], resources: ['other'] });
  t.equal((await alice.get('/apis/example.com/v1/namespaces/ns/things/x')).status, 403);
  await admin.send('DELETE', `${path}/clusterroles/things`);
  for (const name of ['view', 'edit', 'admin']) await until(`nothing in ${name}`, async () => !(await gathered(name)));
});

t.test('a role that gathers itself or in a circle comes to rest', async (t) => {
  const { admin, stores, storage } = await startRBACServer(t);
  const aggregationRule = { clusterRoleSelectors: [{ matchExpressions: [{ key: 'ring', operator: 'Exists' }] }] };
  const rules = [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }];
  const labels = { ring: 'x' };
  for (const name of ['ring-a', 'ring-b'])
    await create(admin, 'clusterroles', { metadata: { name, labels }, aggregationRule });
  await create(admin, 'clusterroles', { metadata: { name: 'ring-c', labels }, rules });
  const rulesOf = async (name: string) => (await stores.clusterRoles.get({ namespace: '', name })).rules;
  await until('the rule in both', async () => {
    const both = await Promise.all(['ring-a', 'ring-b'].map(rulesOf));
    return both.every((each) => each?.length === 1);
  });
  const revision = await storage.revision();
  await admin.get(`${path}/clusterroles`);
  t.ok((await storage.revision()) - revision <= 1);
  t.strictSame(await rulesOf('ring-a'), rules);
});

t.test('a further start writes nothing when nothing is missing', async (t) => {
  const storage = newMemoryStorage();
  const first = await startRBACServer(t, { storage });
  for (const name of ['view', 'edit', 'admin'])
    await until(
      `rules in ${name}`,
      async () => ((await first.stores.clusterRoles.get({ namespace: '', name })).rules?.length ?? 0) > 0,
    );
  const revision = await storage.revision();
  await startRBACServer(t, { storage });
  t.equal(await storage.revision(), revision);
});

t.test('what is missing is added, what people added stays, what they protect is left alone', async (t) => {
  const storage = newMemoryStorage();
  const { stores } = await startRBACServer(t, { storage });
  const own = { verbs: ['get'], nonResourceURLs: ['/mine'] };
  await change(stores, 'system:discovery', (draft) => {
    draft.rules = [own];
    delete draft.metadata.labels;
  });
  await change(stores, 'system:monitoring', (draft) => {
    draft.rules = [];
    draft.metadata.annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'false' };
  });
  const binding = { namespace: '', name: 'system:basic-user' };
  await stores.clusterRoleBindings.delete(binding, serverWrite);
  const other = policy.clusterRoleBindings.find(({ metadata }) => metadata.name === binding.name);
  if (other === undefined) throw new Error('there is no such binding');
  const roleRef = { ...other.roleRef, name: 'cluster-admin' };
  await stores.clusterRoleBindings.create({ ...cloneJSON(other), roleRef }, '', serverWrite);
  const { stores: later } = await startRBACServer(t, { storage });
  const discovery = await later.clusterRoles.get({ namespace: '', name: 'system:discovery' });
  t.strictSame(discovery.rules?.[0], own);
  t.equal(discovery.rules?.length, 12, 'a rule for each missing path');
  t.equal(discovery.metadata.labels?.['kubernetes.io/bootstrapping'], 'rbac-defaults');
  t.strictSame((await later.clusterRoles.get({ namespace: '', name: 'system:monitoring' })).rules, []);
  t.equal((await later.clusterRoleBindings.get(binding)).roleRef.name, 'system:basic-user', 'made anew');
});

t.test('merging answers with what is stored when that is enough', (t) => {
  const role = roleOf('system:discovery');
  t.equal(mergeRole(role, roleOf('system:discovery')), role);
  const more = { ...role, rules: [...(role.rules ?? []), { verbs: ['*'], nonResourceURLs: ['/x'] }] };
  t.equal(mergeRole(more, role), more);
  const gathering: ClusterRole = { ...role, aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] } };
  t.notOk('aggregationRule' in mergeRole(gathering, role), 'a role that is not to gather must not');
  const edit = roleOf('edit');
  const selectors = mergeRole(gathering, edit).aggregationRule?.clusterRoleSelectors ?? [];
  t.equal(selectors.length, 2);
  const [binding] = policy.clusterRoleBindings;
  if (binding === undefined) throw new Error('there are no bindings');
  t.equal(mergeBinding(binding, cloneJSON(binding)), binding);
  t.strictSame(mergeBinding({ ...binding, subjects: [] }, binding).subjects, binding.subjects);
  const turned = { ...binding, roleRef: { ...binding.roleRef, name: 'x' } };
  t.ok(isOfOtherRole(turned, binding));
  const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'false' };
  t.notOk(isOfOtherRole({ ...turned, metadata: { annotations } }, binding));
  t.end();
});
