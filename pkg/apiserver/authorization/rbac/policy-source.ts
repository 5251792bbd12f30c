import type { ClusterRoleBinding } from '../../../../apis/rbac.authorization.k8s.io/v1/cluster-role-binding-schema.ts';
import type { ClusterRole } from '../../../../apis/rbac.authorization.k8s.io/v1/cluster-role-schema.ts';
import type { RoleBinding } from '../../../../apis/rbac.authorization.k8s.io/v1/role-binding-schema.ts';
import type { Role } from '../../../../apis/rbac.authorization.k8s.io/v1/role-schema.ts';
import type { Lister } from '../../../client/cache/store.ts';

/**
 * The roles and bindings by which is decided: local copies, which change between two decisions and never during one. Arrays tell by
 * their identity whether something changed.
 */
export interface PolicySource {
  readonly roles: Lister<Role>;
  readonly roleBindings: Lister<RoleBinding>;
  readonly clusterRoles: Lister<ClusterRole>;
  readonly clusterRoleBindings: Lister<ClusterRoleBinding>;
}

/** A role of either scope. */
export type AnyRole = Role | ClusterRole;
