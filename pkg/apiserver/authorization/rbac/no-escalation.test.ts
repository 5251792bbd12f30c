import t, { type Test } from 'tap';
import type { APIAnswer } from '../../../testing/api-client.ts';
import { create, type RBACServer, startRBACServer } from '../testing/rbac-server.ts';

const path = '/apis/rbac.authorization.k8s.io/v1';
const pods = { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] };
const secrets = { verbs: ['get', 'delete'], apiGroups: [''], resources: ['secrets'] };
const everything = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
/** To manage roles and bindings, without a right to give away more. */
const managing = {
  verbs: ['get', 'create', 'update', 'patch', 'delete'],
  apiGroups: ['rbac.authorization.k8s.io'],
  resources: ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'],
};
const asAlice = [{ kind: 'User', name: 'alice' }];

/** A server on which alice reads pods and manages roles and bindings. */
async function startManaged(t: Test): Promise<RBACServer> {
  const server = await startRBACServer(t);
  await server.grant('manager', managing);
  await server.grant('pods', pods);
  return server;
}

const who = 'user "alice" (groups=["dev" "qa" "system:authenticated"])';

function refused(t: Test, { status, json }: APIAnswer, [what, detail]: readonly [string, string]): void {
  const message = `${what} is forbidden: ${who} is attempting to grant RBAC permissions not currently held:\n${detail}`;
  t.match([status, json], [403, { reason: 'Forbidden', message }]);
}

t.test('a role gives no more than its author holds', async (t) => {
  const { alice, admin } = await startManaged(t);
  const held = await create(alice, 'namespaces/ns/roles', { metadata: { name: 'r' }, rules: [pods] });
  t.equal(held.status, 201, held.text);
  refused(t, await create(alice, 'clusterroles', { metadata: { name: 'esc' }, rules: [pods, everything] }), [
    'clusterroles.rbac.authorization.k8s.io "esc"',
    '{APIGroups:["*"], Resources:["*"], Verbs:["*"]}',
  ]);
  const several = {
    metadata: { name: 'r2' },
    rules: [
      { verbs: ['get', 'watch', 'list'], apiGroups: ['', 'x'], resources: ['pods'] },
      { ...secrets, resourceNames: ['a', 'b'] },
      { verbs: ['get'], apiGroups: [''], resources: ['pods/log', 'pods'] },
    ],
  };
  refused(t, await create(alice, 'namespaces/ns/roles', several), [
    'roles.rbac.authorization.k8s.io "r2"',
    [
      '{APIGroups:[""], Resources:["pods"], Verbs:["watch"]}',
      '{APIGroups:[""], Resources:["pods/log"], Verbs:["get"]}',
      '{APIGroups:[""], Resources:["secrets"], ResourceNames:["a"], Verbs:["get" "delete"]}',
      '{APIGroups:[""], Resources:["secrets"], ResourceNames:["b"], Verbs:["get" "delete"]}',
      '{APIGroups:["x"], Resources:["pods"], Verbs:["get" "watch" "list"]}',
    ].join('\n'),
  ]);
  const urls = { metadata: { name: 'u' }, rules: [{ verbs: ['get'], nonResourceURLs: ['/metrics', '/version'] }] };
  refused(t, await create(alice, 'clusterroles', urls), [
    'clusterroles.rbac.authorization.k8s.io "u"',
    '{NonResourceURLs:["/metrics"], Verbs:["get"]}',
  ]);
  t.equal((await admin.get(`${path}/clusterroles/esc`)).status, 404);
});

t.test('nor does a change of a role, by whatever way, when it is bound', async (t) => {
  const { alice, admin } = await startManaged(t);
  const name = `${path}/clusterroles/manager`;
  const merge = { 'Content-Type': 'application/merge-patch+json' };
  const apply = { 'Content-Type': 'application/apply-patch+yaml' };
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'manager' } };
  const wanted = { ...role, rules: [managing, everything] };
  const what = 'clusterroles.rbac.authorization.k8s.io "manager"';
  const detail = '{APIGroups:["*"], Resources:["*"], Verbs:["*"]}';
  refused(t, await alice.send('PUT', name, { body: wanted }), [what, detail]);
  refused(t, await alice.send('PATCH', name, { body: { rules: wanted.rules }, headers: merge }), [what, detail]);
  const json = [{ op: 'add', path: '/rules/-', value: everything }];
  const patched = { body: json, headers: { 'Content-Type': 'application/json-patch+json' } };
  refused(t, await alice.send('PATCH', name, patched), [what, detail]);
  const applied = `${name}?fieldManager=me&force=true`;
  refused(t, await alice.send('PATCH', applied, { body: wanted, headers: apply }), [what, detail]);
  const fresh = `${path}/clusterroles/fresh?fieldManager=me`;
  const made = { ...wanted, metadata: { name: 'fresh' } };
  refused(t, await alice.send('PATCH', fresh, { body: made, headers: apply }), [
    'clusterroles.rbac.authorization.k8s.io "fresh"',
    detail,
  ]);
  t.equal((await alice.send('PUT', `${name}?dryRun=All`, { body: wanted })).status, 403, 'not even as a rehearsal');
  t.strictSame(((await admin.get(name)).json as { rules: unknown }).rules, [managing]);
  t.equal((await alice.send('PATCH', name, { body: { rules: [managing, pods] }, headers: merge })).status, 200);
});

t.test('what changes nothing, or only who owns the object, passes', async (t) => {
  const { alice, admin } = await startManaged(t);
  const name = `${path}/clusterroles/cluster-admin`;
  const { json } = await admin.get(name);
  const same = await alice.send('PUT', name, { body: json });
  t.equal(same.status, 200, same.text);
  const headers = { 'Content-Type': 'application/merge-patch+json' };
  const held = await alice.send('PATCH', name, { body: { metadata: { finalizers: ['a.example/b'] } }, headers });
  t.equal(held.status, 200, held.text);
  const labelled = await alice.send('PATCH', name, { body: { metadata: { labels: { a: 'b' } } }, headers });
  t.equal(labelled.status, 403, 'a label may make it part of another role');
});

t.test('the verb escalate lifts that for roles', async (t) => {
  const { alice, grant } = await startManaged(t);
  await grant('escalator', { ...managing, verbs: ['escalate'], resources: ['roles'] });
  const body = { metadata: { name: 'esc' }, rules: [everything] };
  t.equal((await create(alice, 'namespaces/ns/roles', body)).status, 201);
  t.equal((await create(alice, 'clusterroles', body)).status, 403);
  await grant('by-name', { ...managing, verbs: ['escalate'], resources: ['clusterroles'], resourceNames: ['manager'] });
  const headers = { 'Content-Type': 'application/merge-patch+json' };
  const change = { body: { rules: [everything] }, headers };
  t.equal((await alice.send('PATCH', `${path}/clusterroles/pods`, change)).status, 403);
  t.equal((await create(alice, 'clusterroles', { ...body, metadata: { name: 'manager2' } })).status, 403);
  t.equal((await alice.send('PATCH', `${path}/clusterroles/manager`, change)).status, 200);
});

t.test('a binding gives no more than its author holds', async (t) => {
  const { alice, grant, nobody } = await startManaged(t);
  const bind = (kind: string, role: string, collection = 'clusterrolebindings') =>
    create(alice, collection, {
      metadata: { name: `to-${role.toLowerCase()}` },
      subjects: asAlice,
      roleRef: { kind, name: role },
    });
  const detail = '{APIGroups:["*"], Resources:["*"], Verbs:["*"]}\n{NonResourceURLs:["*"], Verbs:["*"]}';
  refused(t, await bind('ClusterRole', 'cluster-admin'), [
    'clusterrolebindings.rbac.authorization.k8s.io "to-cluster-admin"',
    detail,
  ]);
  refused(t, await bind('ClusterRole', 'cluster-admin', 'namespaces/ns/rolebindings'), [
    'rolebindings.rbac.authorization.k8s.io "to-cluster-admin"',
    detail,
  ]);
  t.equal((await bind('ClusterRole', 'pods')).status, 201);
  const missing = await bind('ClusterRole', 'later');
  t.match(
    [missing.status, missing.json],
    [404, { message: 'clusterroles.rbac.authorization.k8s.io "later" not found' }],
    'nor what a role may give that somebody makes later',
  );
  t.equal((await bind('Role', 'later', 'namespaces/ns/rolebindings')).status, 404);
  await grant('binder', {
    ...managing,
    verbs: ['bind'],
    resources: ['clusterroles'],
    resourceNames: ['view', 'later'],
  });
  t.equal((await bind('ClusterRole', 'view', 'namespaces/ns/rolebindings')).status, 201);
  t.equal((await bind('ClusterRole', 'later')).status, 201);
  t.equal((await bind('ClusterRole', 'cluster-admin')).status, 403);
  t.equal((await nobody.get(`${path}/clusterroles`)).status, 403);
});

t.test('nor does a change of a binding to more than they hold', async (t) => {
  const { alice, admin } = await startManaged(t);
  const name = `${path}/clusterrolebindings/cluster-admin`;
  const headers = { 'Content-Type': 'application/merge-patch+json' };
  const joined = await alice.send('PATCH', name, { body: { subjects: asAlice }, headers });
  t.match([joined.status, joined.json], [403, { message: /attempting to grant RBAC permissions not currently held/ }]);
  const own = `${path}/clusterrolebindings/pods`;
  const turned = await alice.send('PATCH', own, { body: { roleRef: { name: 'cluster-admin' } }, headers });
  t.match([turned.status, turned.json], [422, { message: /cannot change roleRef/ }]);
  t.equal((await alice.send('DELETE', name)).status, 200, 'to take away is no escalation');
  t.equal((await admin.get(`${path}/clusterroles`)).status, 200);
});

t.test('aggregation gathers for those only who may do everything', async (t) => {
  const { alice, admin, stores } = await startManaged(t);
  const selectors = { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] };
  const created = await create(alice, 'clusterroles', { metadata: { name: 'agg' }, aggregationRule: selectors });
  const message =
    'clusterroles.rbac.authorization.k8s.io "agg" is forbidden: must have cluster-admin privileges to use the aggregationRule';
  t.match([created.status, created.json], [403, { message }]);
  const headers = { 'Content-Type': 'application/merge-patch+json' };
  const turned = await alice.send('PATCH', `${path}/clusterroles/pods`, {
    body: { aggregationRule: selectors },
    headers,
  });
  t.match([turned.status, turned.json], [403, { message: /must have cluster-admin privileges/ }]);
  const freed = { body: { aggregationRule: null, rules: [] }, headers };
  t.equal((await alice.send('PATCH', `${path}/clusterroles/admin`, freed)).status, 403, 'nor may they stop it');
  const label = { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' };
  const slipped = await create(alice, 'clusterroles', { metadata: { name: 's', labels: label }, rules: [secrets] });
  t.equal(slipped.status, 403, 'nothing gets into the roles of others that was not held');
  t.equal((await create(admin, 'clusterroles', { metadata: { name: 'agg' }, aggregationRule: selectors })).status, 201);
  t.ok(await stores.clusterRoles.get({ namespace: '', name: 'agg' }));
});

t.test('rules that stand for billions of permissions are refused in no time', async (t) => {
  const { alice } = await startManaged(t);
  const many = Array.from({ length: 2000 }, (_, at) => `x${at}`);
  const begun = performance.now();
  const bomb = { metadata: { name: 'bomb' }, rules: [{ verbs: many, apiGroups: many, resources: many }] };
  const answer = await create(alice, 'namespaces/ns/roles', bomb);
  t.match([answer.status, answer.json], [403, { message: /stand for 8000000000 permissions/ }]);
  const wide = { metadata: { name: 'w' }, rules: [{ verbs: ['get'], apiGroups: many, resources: ['x'] }] };
  const told = (await create(alice, 'namespaces/ns/roles', wide)).json as { message: string };
  t.match(told.message, /\nand 1800 more$/);
  t.ok(performance.now() - begun < 3000);
});
