import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { validatePathSegmentName } from '../../../pkg/apimachinery/validation/name-functions.ts';
import { newBindingColumns } from './binding-columns.ts';
import { applyBindingDefaults, validateBinding, validateBindingUpdate } from './binding-validation.ts';
import { type ClusterRoleBinding, clusterRoleBindingSchema } from './cluster-role-binding-schema.ts';
import { rbacGroup } from './group.ts';
import { clusterRoleBindingMessage } from './role-binding-protobuf.ts';

/** Gives a cluster role to subjects, everywhere. Source: kubernetes `pkg/registry/rbac/clusterrolebinding/strategy.go`. */
export const clusterRoleBindingKind: KindDefinition<ClusterRoleBinding> = {
  group: rbacGroup,
  version: 'v1',
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  singular: 'clusterrolebinding',
  scope: 'Cluster',
  schema: clusterRoleBindingSchema,
  protobuf: clusterRoleBindingMessage,
  columns: newBindingColumns(
    'clusterRoleBinding',
    'RoleRef can only reference a ClusterRole in the global namespace. If the RoleRef cannot be resolved, the Authorizer must return an error.',
  ),
  tracksGeneration: false,
  allowCreateOnUpdate: true,
  strategy: {
    applyDefaults: applyBindingDefaults,
    validate: (binding) => validateBinding(binding, false),
    validateUpdate: (binding, old) => validateBindingUpdate(binding, old, false),
    validateName: validatePathSegmentName,
  },
};
