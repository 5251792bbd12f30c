import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { validatePathSegmentName } from '../../../pkg/apimachinery/validation/name-functions.ts';
import { newBindingColumns } from './binding-columns.ts';
import { applyBindingDefaults, validateBinding, validateBindingUpdate } from './binding-validation.ts';
import { roleBindingMessage } from './role-binding-protobuf.ts';
import { type RoleBinding, roleBindingSchema } from './role-binding-schema.ts';
import { rbacGroup } from './group.ts';

/** Gives a role to subjects, in one namespace. Source: kubernetes `pkg/registry/rbac/rolebinding/strategy.go`. */
export const roleBindingKind: KindDefinition<RoleBinding> = {
  group: rbacGroup,
  version: 'v1',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  singular: 'rolebinding',
  scope: 'Namespaced',
  schema: roleBindingSchema,
  protobuf: roleBindingMessage,
  columns: newBindingColumns(
    'roleBinding',
    'RoleRef can reference a Role in the current namespace or a ClusterRole in the global namespace. If the RoleRef cannot be resolved, the Authorizer must return an error.',
  ),
  tracksGeneration: false,
  allowCreateOnUpdate: true,
  strategy: {
    applyDefaults: applyBindingDefaults,
    validate: (binding) => validateBinding(binding, true),
    validateUpdate: (binding, old) => validateBindingUpdate(binding, old, true),
    validateName: validatePathSegmentName,
  },
};
