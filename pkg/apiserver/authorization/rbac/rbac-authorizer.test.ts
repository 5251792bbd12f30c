import t from 'tap';
import type { ClusterRoleBinding } from '../../../../apis/rbac.authorization.k8s.io/v1/cluster-role-binding-schema.ts';
import type { ClusterRole } from '../../../../apis/rbac.authorization.k8s.io/v1/cluster-role-schema.ts';
import type { PolicyRule } from '../../../../apis/rbac.authorization.k8s.io/v1/policy-rule-schema.ts';
import type { RoleBinding } from '../../../../apis/rbac.authorization.k8s.io/v1/role-binding-schema.ts';
import type { Role } from '../../../../apis/rbac.authorization.k8s.io/v1/role-schema.ts';
import type { Subject } from '../../../../apis/rbac.authorization.k8s.io/v1/subject-schema.ts';
import { newStore } from '../../../client/cache/store.ts';
import type { UserInfo } from '../../user-info.ts';
import { toPathInfo, toResourceInfo } from '../attributes.ts';
import { RBACAuthorizer } from './rbac-authorizer.ts';

const apiVersion = 'rbac.authorization.k8s.io/v1';
const apiGroup = 'rbac.authorization.k8s.io';

/** A policy that can be written to, and its authorizer. */
function newPolicy() {
  const roles = newStore<Role>();
  const roleBindings = newStore<RoleBinding>();
  const clusterRoles = newStore<ClusterRole>();
  const clusterRoleBindings = newStore<ClusterRoleBinding>();
  const authorizer = new RBACAuthorizer({ roles, roleBindings, clusterRoles, clusterRoleBindings });
  return {
    authorizer,
    roles,
    roleBindings,
    clusterRoles,
    clusterRoleBindings,
    role: (name: string, ...rules: PolicyRule[]) =>
      roles.put({ apiVersion, kind: 'Role', metadata: { name, namespace: 'ns' }, rules }),
    clusterRole: (name: string, ...rules: PolicyRule[]) =>
      clusterRoles.put({ apiVersion, kind: 'ClusterRole', metadata: { name }, rules }),
    bind: (name: string, [kind, role]: readonly [string, string], ...subjects: Subject[]) =>
      roleBindings.put({
        apiVersion,
        kind: 'RoleBinding',
        metadata: { name, namespace: 'ns' },
        subjects,
        roleRef: { apiGroup, kind, name: role },
      }),
    bindEverywhere: (name: string, role: string, ...subjects: Subject[]) =>
      clusterRoleBindings.put({
        apiVersion,
        kind: 'ClusterRoleBinding',
        metadata: { name },
        subjects,
        roleRef: { apiGroup, kind: 'ClusterRole', name: role },
      }),
  };
}

type Policy = ReturnType<typeof newPolicy>;

const alice: UserInfo = { name: 'alice', uid: '', groups: ['dev', 'system:authenticated'], extra: {} };
const asUser = (name: string): Subject => ({ kind: 'User', apiGroup, name });
const asGroup = (name: string): Subject => ({ kind: 'Group', apiGroup, name });

interface Question {
  readonly user?: UserInfo;
  readonly verb?: string;
  readonly group?: string;
  /** `pods` or `pods/log`. */
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** In place of all others. */
  readonly path?: string;
}

function ask({ authorizer }: Policy, question: Question) {
  const { user = alice, verb = 'get', group = '', resource = 'pods', namespace = 'ns', name = '', path } = question;
  const [main = '', subresource = ''] = resource.split('/');
  const info =
    path === undefined
      ? toResourceInfo({ verb, group, resource: main, subresource, namespace, name })
      : toPathInfo({ verb, path });
  return authorizer.authorize({ user, info });
}

const allows = (policy: Policy, question: Question): boolean => ask(policy, question).verdict === 'allow';

const rule = (verbs: string[], resources: string[], more: Partial<PolicyRule> = {}): PolicyRule => ({
  verbs,
  apiGroups: [''],
  resources,
  ...more,
});

t.test('reasons are those of upstream', async (t) => {
  const policy = newPolicy();
  policy.clusterRole('reader', rule(['get'], ['pods']));
  policy.role('local', rule(['list'], ['pods']));
  policy.bindEverywhere('b', 'reader', asUser('alice'));
  t.strictSame(
    { ...ask(policy, {}), reason: ask(policy, {}).reason },
    { verdict: 'allow', reason: 'RBAC: allowed by ClusterRoleBinding "b" of ClusterRole "reader" to User "alice"' },
  );
  policy.bind('rb', ['Role', 'local'], asGroup('dev'), asUser('alice'));
  t.equal(
    ask(policy, { verb: 'list' }).reason,
    'RBAC: allowed by RoleBinding "rb/ns" of Role "local" to Group "dev"',
    'the first subject that applies',
  );
  policy.bind('sa', ['ClusterRole', 'reader'], { kind: 'ServiceAccount', name: 'bot' });
  const bot = { ...alice, name: 'system:serviceaccount:ns:bot', groups: [] };
  t.equal(
    ask(policy, { user: bot }).reason,
    'RBAC: allowed by RoleBinding "sa/ns" of ClusterRole "reader" to ServiceAccount "bot/ns"',
  );
  t.strictSame(ask(policy, { verb: 'delete' }), { verdict: 'no-opinion', reason: '' });
});

t.test('bindings to roles that are not there open nothing, and are told', async (t) => {
  const policy = newPolicy();
  policy.bindEverywhere('b', 'gone', asUser('alice'));
  t.strictSame(ask(policy, {}), {
    verdict: 'no-opinion',
    reason: 'RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found',
  });
  policy.bind('b', ['Role', 'gone'], asUser('alice'), asGroup('dev'));
  t.equal(
    ask(policy, {}).reason,
    'RBAC: [clusterrole.rbac.authorization.k8s.io "gone" not found, role.rbac.authorization.k8s.io "gone" not found]',
    'each once',
  );
  t.equal(ask(policy, { namespace: 'other' }).reason, 'RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found');
  policy.bind('b', ['Pope', 'x'], asUser('alice'));
  t.match(ask(policy, {}).reason, 'unsupported role reference kind: "Pope"');
  policy.clusterRole('gone', rule(['get'], ['pods']));
  t.ok(allows(policy, {}), 'the role has come');
  policy.clusterRoles.delete('gone');
  t.notOk(allows(policy, {}), 'and gone again');
});

t.test('every change counts with the next question', async (t) => {
  const policy = newPolicy();
  t.notOk(allows(policy, {}));
  policy.bind('b', ['Role', 'r'], asUser('alice'));
  policy.role('r', rule(['get'], ['pods']));
  t.ok(allows(policy, {}));
  policy.role('r', rule(['get'], ['secrets']));
  t.notOk(allows(policy, {}));
  t.ok(allows(policy, { resource: 'secrets' }));
  policy.bind('b', ['Role', 'r'], asUser('bob'));
  t.notOk(allows(policy, { resource: 'secrets' }));
  policy.bind('b', ['Role', 'r'], asUser('alice'));
  policy.roleBindings.delete('ns/b');
  t.notOk(allows(policy, { resource: 'secrets' }));
});

t.test('rules match as upstream matches them', async (t) => {
  const cases: readonly [string, PolicyRule, Question, boolean][] = [
    ['every verb', rule(['*'], ['pods']), { verb: 'whatever' }, true],
    ['another verb', rule(['get', 'list'], ['pods']), { verb: 'watch' }, false],
    ['verbs are told apart by case', rule(['Get'], ['pods']), {}, false],
    ['every group', rule(['get'], ['pods'], { apiGroups: ['*'] }), { group: 'x.y' }, true],
    ['another group', rule(['get'], ['pods']), { group: 'x.y' }, false],
    ['every resource', rule(['get'], ['*']), { resource: 'pods/log' }, true],
    ['a resource is not its subresources', rule(['get'], ['pods']), { resource: 'pods/log' }, false],
    ['a subresource is not its resource', rule(['get'], ['pods/log']), {}, false],
    ['a subresource', rule(['get'], ['pods/log']), { resource: 'pods/log' }, true],
    ['a subresource of everything', rule(['get'], ['*/scale']), { resource: 'pods/scale' }, true],
    ['and nothing but that', rule(['get'], ['*/scale']), { resource: 'pods/scaled' }, false],
    ['all subresources of one is no form', rule(['get'], ['pods/*']), { resource: 'pods/log' }, false],
    ['part of a name is no form', rule(['get'], ['pod*']), {}, false],
    ['a name', rule(['get'], ['pods'], { resourceNames: ['a'] }), { name: 'a' }, true],
    ['another name', rule(['get'], ['pods'], { resourceNames: ['a'] }), { name: 'b' }, false],
    ['no name', rule(['list'], ['pods'], { resourceNames: ['a'] }), { verb: 'list' }, false],
    ['a star is a name like any other', rule(['get'], ['pods'], { resourceNames: ['*'] }), { name: 'a' }, false],
    ['no groups', { verbs: ['get'], resources: ['pods'] }, {}, false],
    ['a path', { verbs: ['get'], nonResourceURLs: ['/a'] }, { path: '/a' }, true],
    ['a path below', { verbs: ['get'], nonResourceURLs: ['/a'] }, { path: '/a/b' }, false],
    ['all paths below', { verbs: ['get'], nonResourceURLs: ['/a/*'] }, { path: '/a/b/c' }, true],
    ['but not it itself', { verbs: ['get'], nonResourceURLs: ['/a/*'] }, { path: '/a' }, false],
    ['every beginning', { verbs: ['get'], nonResourceURLs: ['/a**'] }, { path: '/abc' }, true],
    ['every path', { verbs: ['*'], nonResourceURLs: ['*'] }, { path: '/x', verb: 'post' }, true],
    ['a star in the middle is a star', { verbs: ['get'], nonResourceURLs: ['/a/*/c'] }, { path: '/a/b/c' }, false],
    ['a path is no resource', { verbs: ['*'], nonResourceURLs: ['*'] }, {}, false],
    ['a resource is no path', rule(['*'], ['*'], { apiGroups: ['*'] }), { path: '/a' }, false],
    ['odd characters', rule(['gét "\n'], ['pöds\0']), { verb: 'gét "\n', resource: 'pöds\0' }, true],
    ['names of members', rule(['get'], ['constructor']), { resource: 'constructor' }, true],
    ['of objects', rule(['get'], ['pods']), { resource: '__proto__' }, false],
    ['nothing at all', rule(['get'], ['pods']), { verb: '', resource: '' }, false],
  ];
  for (const [name, each, question, expected] of cases) {
    const policy = newPolicy();
    policy.clusterRole('r', each);
    policy.bindEverywhere('b', 'r', asUser('alice'));
    t.equal(allows(policy, { ...question, namespace: '' }), expected, name);
  }
});

t.test('subjects are exactly those who are meant', async (t) => {
  const policy = newPolicy();
  policy.clusterRole('r', rule(['get'], ['pods']));
  const sa = (namespace: string | undefined, name: string): Subject =>
    namespace === undefined ? { kind: 'ServiceAccount', name } : { kind: 'ServiceAccount', name, namespace };
  const user = (name: string, ...groups: string[]): UserInfo => ({ ...alice, name, groups });
  const cases: readonly [string, Subject, UserInfo, boolean][] = [
    ['user', asUser('alice'), user('alice'), true],
    ['group of the name of a user', asGroup('alice'), user('alice'), false],
    ['user of the name of a group', asUser('dev'), user('alice', 'dev'), false],
    ['group', asGroup('dev'), user('x', 'ops', 'dev'), true],
    ['service account by its user name', asUser('system:serviceaccount:a:b'), user('system:serviceaccount:a:b'), true],
    ['service account', sa('a', 'b'), user('system:serviceaccount:a:b'), true],
    ['of another namespace', sa('a', 'b'), user('system:serviceaccount:x:b'), false],
    ['without a namespace, everywhere', sa(undefined, 'b'), user('system:serviceaccount::b'), false],
    ['another kind', { kind: 'Robot', name: 'alice' }, user('alice'), false],
    ['nobody', asUser('__proto__'), user('constructor'), false],
  ];
  for (const [name, subject, who, expected] of cases) {
    policy.bindEverywhere('b', 'r', subject);
    t.equal(allows(policy, { user: who }), expected, name);
  }
  policy.clusterRoleBindings.delete('b');
  policy.bind('b', ['ClusterRole', 'r'], sa(undefined, 'b'));
  t.ok(allows(policy, { user: user('system:serviceaccount:ns:b') }), 'the namespace of the binding');
  t.notOk(allows(policy, { user: user('system:serviceaccount:ns:b'), namespace: 'other' }));
  t.notOk(allows(policy, { user: user('system:serviceaccount:ns:b'), namespace: '' }), 'a role binding is for its own');
});

t.test('what somebody edited into nonsense by hand harms nobody else', async (t) => {
  const policy = newPolicy();
  policy.clusterRole('good', rule(['get'], ['pods']));
  policy.clusterRole('bad', { resources: ['pods'] } as unknown as PolicyRule);
  policy.bindEverywhere('a', 'bad', asUser('alice'));
  policy.bindEverywhere('b', 'good', asUser('alice'));
  policy.clusterRoleBindings.put({
    ...policy.clusterRoleBindings.get('b'),
    metadata: { name: 'c' },
    subjects: 7,
  } as never);
  t.ok(allows(policy, {}));
  t.match(ask(policy, { verb: 'list' }).reason, /the role of "a" cannot be read/);
});

t.test('all rules of a user are told once each binding', async (t) => {
  const policy = newPolicy();
  const reads = rule(['get'], ['pods'], { resourceNames: ['a'] });
  const paths = { verbs: ['get'], nonResourceURLs: ['/a'] };
  policy.clusterRole('r', reads, paths);
  policy.role('l', rule(['list'], ['pods']));
  policy.bindEverywhere('b', 'r', asGroup('dev'), asUser('alice'));
  policy.bindEverywhere('gone', 'gone', asUser('alice'));
  policy.bind('b', ['Role', 'l'], asUser('alice'));
  t.strictSame(policy.authorizer.rulesFor(alice, 'ns'), {
    resourceRules: [reads, rule(['list'], ['pods'])],
    nonResourceRules: [paths],
    incomplete: false,
    error: 'clusterrole.rbac.authorization.k8s.io "gone" not found',
  });
  t.strictSame(policy.authorizer.rulesFor(alice, 'other').resourceRules, [reads]);
});

t.test('a thousand roles and bindings are decided over in microseconds', async (t) => {
  const policy = newPolicy();
  for (let at = 0; at < 1000; at++) {
    policy.clusterRole(`r${at}`, rule(['get', 'list'], ['pods', `things${at}`]));
    policy.bindEverywhere(`b${at}`, `r${at}`, asUser(`u${at}`), asGroup('everybody'));
  }
  const times = Array.from({ length: 400 }, (_, at) => {
    const user = { ...alice, name: `u${at}`, groups: at % 2 === 0 ? [] : ['dev', 'everybody'] };
    const begun = performance.now();
    for (let turn = 0; turn < 20; turn++) ask(policy, { user, resource: `things${at}` });
    return (performance.now() - begun) / 20;
  });
  const median = times.toSorted((a, b) => a - b)[200] ?? Infinity;
  t.ok(median < 0.05, `${(median * 1000).toFixed(2)} µs, with room for a busy machine`);
});
