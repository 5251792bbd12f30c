import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { validatePathSegmentName } from '../../../pkg/apimachinery/validation/name-functions.ts';
import { rbacGroup } from './group.ts';
import { applyRuleDefaults, validateRules } from './policy-rule-validation.ts';
import { roleMessage } from './role-protobuf.ts';
import { type Role, roleSchema } from './role-schema.ts';

/** Rules that hold in one namespace. Source: kubernetes `pkg/registry/rbac/role/strategy.go`. */
export const roleKind: KindDefinition<Role> = {
  group: rbacGroup,
  version: 'v1',
  kind: 'Role',
  plural: 'roles',
  singular: 'role',
  scope: 'Namespaced',
  schema: roleSchema,
  protobuf: roleMessage,
  tracksGeneration: false,
  allowCreateOnUpdate: true,
  strategy: {
    applyDefaults: applyRuleDefaults,
    validate: ({ rules = [] }) => validateRules(rules, true),
    validateName: validatePathSegmentName,
  },
};
