import type { ClusterRoleBinding } from '../../../../../apis/rbac.authorization.k8s.io/v1/cluster-role-binding-schema.ts';
import type { ClusterRole } from '../../../../../apis/rbac.authorization.k8s.io/v1/cluster-role-schema.ts';
import { autoUpdateAnnotation, rbacGroup } from '../../../../../apis/rbac.authorization.k8s.io/v1/group.ts';
import type { PolicyRule } from '../../../../../apis/rbac.authorization.k8s.io/v1/policy-rule-schema.ts';
import type { RoleBinding } from '../../../../../apis/rbac.authorization.k8s.io/v1/role-binding-schema.ts';
import type { Role } from '../../../../../apis/rbac.authorization.k8s.io/v1/role-schema.ts';
import {
  type IsServed,
  type NamespacedResources,
  newAdminRules,
  newEditRules,
  newViewRules,
} from './namespaced-rules.ts';
import { newPathRule, newResourceRule } from './rule.ts';

/** Roles and bindings that a server begins with. */
export interface BootstrapPolicy {
  readonly clusterRoles: readonly ClusterRole[];
  readonly clusterRoleBindings: readonly ClusterRoleBinding[];
  readonly roles: readonly Role[];
  readonly roleBindings: readonly RoleBinding[];
}

/** What the policy is made for. */
export interface BootstrapOptions {
  readonly isServed: IsServed;
  /** Resources of further groups that are seen by `view` and changed by `edit`. Default: none. */
  readonly namespaced?: readonly NamespacedResources[];
}

const apiVersion = `${rbacGroup}/v1`;
const labels = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
const annotations = { [autoUpdateAnnotation]: 'true' };

const health = ['/healthz', '/livez', '/readyz'];
const versions = ['/version', '/version/'];

/**
 * The roles and bindings that upstream begins with, as far as they say something here: what everybody may do, what people do in
 * namespaces, and what extension servers need. Source: kubernetes `plugin/pkg/auth/authorizer/rbac/bootstrappolicy`.
 */
export function newBootstrapPolicy({ isServed, namespaced = [] }: BootstrapOptions): BootstrapPolicy {
  return {
    clusterRoles: [...newGeneralRoles(), ...newNamespaceRoles(isServed, namespaced)],
    clusterRoleBindings: [
      newGroupBinding('cluster-admin', 'system:masters'),
      newGroupBinding('system:basic-user', 'system:authenticated'),
      newGroupBinding('system:discovery', 'system:authenticated'),
      newGroupBinding('system:monitoring', 'system:monitoring'),
      newGroupBinding('system:public-info-viewer', 'system:authenticated', 'system:unauthenticated'),
      newGroupBinding('system:service-account-issuer-discovery', 'system:serviceaccounts'),
    ],
    roles: [newAuthenticationReader()],
    roleBindings: [],
  };
}

function newGeneralRoles(): ClusterRole[] {
  const authentication = 'authentication.k8s.io';
  const authorization = 'authorization.k8s.io';
  return [
    newClusterRole('cluster-admin', [newResourceRule(['*'], ['*'], ['*']), { verbs: ['*'], nonResourceURLs: ['*'] }]),
    newClusterRole('system:discovery', [
      newPathRule('/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*', ...health, ...versions),
    ]),
    newClusterRole('system:public-info-viewer', [newPathRule(...health, ...versions)]),
    newClusterRole('system:monitoring', [
      newPathRule('/metrics', '/metrics/slis', ...health, ...health.map((path) => `${path}/*`)),
    ]),
    newClusterRole('system:basic-user', [
      newResourceRule(['create'], [authorization], ['selfsubjectaccessreviews', 'selfsubjectrulesreviews']),
      newResourceRule(['create'], [authentication], ['selfsubjectreviews']),
    ]),
    newClusterRole('system:auth-delegator', [
      newResourceRule(['create'], [authentication], ['tokenreviews']),
      newResourceRule(['create'], [authorization], ['subjectaccessreviews']),
    ]),
    newClusterRole('system:service-account-issuer-discovery', [
      newPathRule(...['/.well-known/openid-configuration', '/openid/v1/jwks'].flatMap((path) => [path, `${path}/`])),
    ]),
  ];
}

/** `view` is part of `edit`, and that of `admin`; each gathers whatever carries its label. */
function newNamespaceRoles(isServed: IsServed, further: readonly NamespacedResources[]): ClusterRole[] {
  return [
    newAggregatedRole('admin'),
    newAggregatedRole('edit', 'admin'),
    newAggregatedRole('view', 'edit'),
    newPartOf('admin', newAdminRules(isServed)),
    newPartOf('edit', newEditRules(isServed, further)),
    newPartOf('view', newViewRules(isServed, further)),
  ];
}

function newClusterRole(name: string, rules: PolicyRule[]): ClusterRole {
  return { kind: 'ClusterRole', apiVersion, metadata: { name, labels, annotations }, rules };
}

function newPartOf(whole: string, rules: PolicyRule[]): ClusterRole {
  return withLabel(newClusterRole(`system:aggregate-to-${whole}`, rules), whole);
}

function newAggregatedRole(name: string, partOf?: string): ClusterRole {
  const { rules: _, ...role } = newClusterRole(name, []);
  const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { [toLabel(name)]: 'true' } }] };
  return { ...(partOf === undefined ? role : withLabel(role, partOf)), aggregationRule };
}

function withLabel(role: ClusterRole, whole: string): ClusterRole {
  return { ...role, metadata: { ...role.metadata, labels: { ...labels, [toLabel(whole)]: 'true' } } };
}

function toLabel(whole: string): string {
  return `${rbacGroup}/aggregate-to-${whole}`;
}

function newGroupBinding(name: string, ...groups: readonly string[]): ClusterRoleBinding {
  return {
    kind: 'ClusterRoleBinding',
    apiVersion,
    metadata: { name, labels, annotations },
    subjects: groups.map((group) => ({ kind: 'Group', apiGroup: rbacGroup, name: group })),
    roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name },
  };
}

/** For extension servers, to find out whom the gateway speaks for. */
function newAuthenticationReader(): Role {
  const name = 'extension-apiserver-authentication';
  const rule = { ...newResourceRule(['get', 'list', 'watch'], [''], ['configmaps']), resourceNames: [name] };
  const metadata = { name: `${name}-reader`, namespace: 'kube-system', labels, annotations };
  return { kind: 'Role', apiVersion, metadata, rules: [rule] };
}
