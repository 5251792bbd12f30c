import type { ClusterRoleBinding } from '../../../../apis/rbac.authorization.k8s.io/v1/cluster-role-binding-schema.ts';
import type { ClusterRole } from '../../../../apis/rbac.authorization.k8s.io/v1/cluster-role-schema.ts';
import type { RoleBinding } from '../../../../apis/rbac.authorization.k8s.io/v1/role-binding-schema.ts';
import type { Role } from '../../../../apis/rbac.authorization.k8s.io/v1/role-schema.ts';
import type { Store } from '../../registry/store.ts';

/** Where roles and bindings are stored. */
export interface RBACStores {
  readonly roles: Store<Role>;
  readonly roleBindings: Store<RoleBinding>;
  readonly clusterRoles: Store<ClusterRole>;
  readonly clusterRoleBindings: Store<ClusterRoleBinding>;
}
