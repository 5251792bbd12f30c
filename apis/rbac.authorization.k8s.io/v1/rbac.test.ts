import t from 'tap';
import { newInvalid } from '../../../pkg/apimachinery/errors/constructors.ts';
import { decodeObject } from '../../../pkg/apimachinery/runtime/decode-object.ts';
import type { JSONObject } from '../../../pkg/apimachinery/runtime/json.ts';
import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { applySchemaDefaults } from '../../../pkg/apimachinery/validation/defaults.ts';
import { validateObjectMeta } from '../../../pkg/apimachinery/validation/object-meta.ts';
import { clusterRoleBindingKind } from './cluster-role-binding.ts';
import { clusterRoleKind } from './cluster-role.ts';
import { roleBindingKind } from './role-binding.ts';
import { roleKind } from './role.ts';

const asAny = (kind: object): KindDefinition => kind as KindDefinition;
const kinds = {
  role: asAny(roleKind),
  clusterRole: asAny(clusterRoleKind),
  roleBinding: asAny(roleBindingKind),
  clusterRoleBinding: asAny(clusterRoleBindingKind),
};

/** An object as a server takes it out of a request. */
async function decode(kind: KindDefinition, body: JSONObject) {
  const { object } = await decodeObject({
    body: Buffer.from(JSON.stringify(body)),
    mediaType: 'application/json',
    expected: kind,
    schema: kind.schema,
    fieldValidation: 'Strict',
  });
  applySchemaDefaults(object, kind.schema);
  kind.strategy?.applyDefaults?.(object);
  return object;
}

/** What a client reads about a refused create; empty for none. */
async function messageFor(kind: KindDefinition, body: JSONObject): Promise<string> {
  const namespaced = kind.scope === 'Namespaced';
  const metadata = { name: 'x', ...(namespaced ? { namespace: 'ns' } : {}) };
  const object = await decode(kind, { metadata, ...body });
  const faults = [
    ...validateObjectMeta(object.metadata, {
      namespaced,
      validateName: (name, prefix) => kind.strategy?.validateName?.(name, prefix) ?? ['a rule is missing'],
    }),
    ...(kind.strategy?.validate?.(object) ?? []),
  ];
  return faults.length === 0
    ? ''
    : (newInvalid(kind, object.metadata.name ?? '', faults).message.split(' is invalid: ')[1] ?? '');
}

const rule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
const urls = { verbs: ['get'], nonResourceURLs: ['/x'] };
const group = 'rbac.authorization.k8s.io';
const roleRef = { apiGroup: group, kind: 'ClusterRole', name: 'r' };

t.test('faults of roles are told in the words of a real server', async (t) => {
  const both = '"/x"]: rules cannot apply to both regular resources and non-resource URLs';
  const cases: readonly [KindDefinition, JSONObject, string][] = [
    [kinds.role, {}, ''],
    [kinds.role, { rules: [rule] }, ''],
    [
      kinds.role,
      { rules: [{}, rule] },
      '[rules[0].verbs: Required value: verbs must contain at least one value, rules[0].apiGroups: Required value: resource rules must supply at least one api group, rules[0].resources: Required value: resource rules must supply at least one resource]',
    ],
    [
      kinds.role,
      { rules: [urls] },
      'rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs',
    ],
    [kinds.clusterRole, { rules: [urls] }, ''],
    [
      kinds.clusterRole,
      { rules: [{ ...urls, resourceNames: ['a'] }] },
      `rules[0].nonResourceURLs: Invalid value: [${both}`,
    ],
    [
      kinds.clusterRole,
      { aggregationRule: {} },
      'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil',
    ],
    [kinds.clusterRole, { aggregationRule: { clusterRoleSelectors: [{}] } }, ''],
    [
      kinds.clusterRole,
      { aggregationRule: { clusterRoleSelectors: [{ matchExpressions: [{ key: 'a', operator: 'Is' }] }] } },
      '[aggregationRule.clusterRoleSelectors[0].matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator, aggregationRule.clusterRoleSelectors[0]: Invalid value: null: invalid label selector.]',
    ],
  ];
  for (const [kind, body, expected] of cases) t.equal(await messageFor(kind, body), expected, JSON.stringify(body));
});

t.test('faults of bindings are told in the words of a real server', async (t) => {
  const bad = { roleRef: { apiGroup: 'x', kind: 'Role', name: '' } };
  const subjects = (...all: JSONObject[]): JSONObject => ({ roleRef, subjects: all });
  const cases: readonly [KindDefinition, JSONObject, string][] = [
    [kinds.roleBinding, { roleRef: { ...roleRef, kind: 'Role' } }, ''],
    [
      kinds.clusterRoleBinding,
      bad,
      `[roleRef.apiGroup: Unsupported value: "x": supported values: "${group}", roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole", roleRef.name: Required value]`,
    ],
    [
      kinds.roleBinding,
      {},
      '[roleRef.kind: Unsupported value: "": supported values: "Role", "ClusterRole", roleRef.name: Required value]',
    ],
    [
      kinds.roleBinding,
      { roleRef: { ...roleRef, name: 'a/b' } },
      `roleRef.name: Invalid value: "a/b": may not contain '/'`,
    ],
    [kinds.roleBinding, subjects({ kind: 'User', name: 'a' }, { kind: 'ServiceAccount', name: 'a' }), ''],
    [
      kinds.roleBinding,
      subjects({ kind: 'Group', name: '' }),
      '[subjects[0].name: Required value, subjects[0].name: Invalid value: "": group name cannot be empty]',
    ],
    [
      kinds.clusterRoleBinding,
      subjects({ kind: 'ServiceAccount', apiGroup: group, name: 'a' }),
      `[subjects[0].apiGroup: Unsupported value: "${group}": supported values: "", subjects[0].namespace: Required value]`,
    ],
    [
      kinds.roleBinding,
      subjects({ kind: 'Robot', name: 'a' }),
      'subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"',
    ],
    [
      kinds.roleBinding,
      subjects({ kind: 'User', apiGroup: 'x', name: 'a' }),
      `subjects[0].apiGroup: Unsupported value: "x": supported values: "${group}"`,
    ],
  ];
  for (const [kind, body, expected] of cases) t.equal(await messageFor(kind, body), expected, JSON.stringify(body));
});

t.test('names are segments of a path, and nothing more', async (t) => {
  for (const name of ['system:discovery', 'A b', 'ü', 'x'.repeat(300), '__proto__']) {
    t.equal(await messageFor(kinds.clusterRole, { metadata: { name } }), '', name.slice(0, 20));
  }
  const cases = {
    '.': "may not be '.'",
    '..': "may not be '..'",
    'a/b': "may not contain '/'",
    'a%b': "may not contain '%'",
  };
  for (const [name, why] of Object.entries(cases)) {
    t.equal(
      await messageFor(kinds.clusterRole, { metadata: { name } }),
      `metadata.name: Invalid value: "${name}": ${why}`,
    );
  }
});

t.test('groups are filled in, and members are in the order of the wire', async (t) => {
  const body = {
    subjects: [
      { name: 'a', kind: 'User' },
      { namespace: 'n', name: 'b', kind: 'ServiceAccount' },
    ],
    roleRef: { name: 'r', kind: 'Role' },
  };
  const { kind: _, apiVersion: __, metadata: ___, ...rest } = await decode(kinds.roleBinding, body);
  t.equal(
    JSON.stringify(rest),
    `{"subjects":[{"kind":"User","apiGroup":"${group}","name":"a"},{"kind":"ServiceAccount","name":"b","namespace":"n"}],"roleRef":{"apiGroup":"${group}","kind":"Role","name":"r"}}`,
  );
});

t.test('a binding stays with its role', async (t) => {
  const old = await decode(kinds.roleBinding, { metadata: { name: 'b' }, roleRef });
  const changed = await decode(kinds.roleBinding, { metadata: { name: 'b' }, roleRef: { ...roleRef, name: 'other' } });
  const faults = kinds.roleBinding.strategy?.validateUpdate?.(changed, old) ?? [];
  t.match(
    newInvalid(kinds.roleBinding, 'b', faults).message,
    'roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"ClusterRole","Name":"other"}: cannot change roleRef',
  );
  t.strictSame(kinds.roleBinding.strategy?.validateUpdate?.(old, old), []);
});

t.test('what was stored with an odd selector may go on so', async (t) => {
  const odd = {
    metadata: { name: 'r' },
    aggregationRule: { clusterRoleSelectors: [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['-'] }] }] },
  };
  const old = await decode(kinds.clusterRole, odd);
  const good = await decode(kinds.clusterRole, { metadata: { name: 'r' } });
  const { strategy } = kinds.clusterRole;
  t.equal(strategy?.validateUpdate?.(old, good).length, 2);
  t.match(strategy?.validateUpdate?.(old, old), [{ detail: 'invalid label selector.' }]);
});

t.test('columns tell the role and, to those who look closer, the subjects', async (t) => {
  const binding = await decode(kinds.roleBinding, {
    roleRef,
    subjects: [
      { kind: 'User', name: 'a' },
      { kind: 'User', name: 'b' },
      { kind: 'Group', name: 'g' },
      { kind: 'ServiceAccount', name: 's', namespace: 'n' },
    ],
  });
  const { columns = [] } = kinds.roleBinding;
  const cells = columns.filter(({ name }) => name !== 'Age').map((column) => [column.name, column.cell(binding, 0)]);
  t.strictSame(cells, [
    ['Role', 'ClusterRole/r'],
    ['Users', 'a, b'],
    ['Groups', 'g'],
    ['ServiceAccounts', 'n/s'],
  ]);
  t.equal(kinds.clusterRole.columns, undefined, 'roles have the column of all kinds that have no other');
});
