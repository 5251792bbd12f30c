/* oxlint-disable typescript/no-unnecessary-type-assertion -- declarations of one file alone need the types that others give */
import type { ObjectFromSchema } from '../../../pkg/apimachinery/schema/schema.ts';
import { policyRuleSchema } from './policy-rule-schema.ts';

/** Schema of `Role`, in upstream's words and order. */
export const roleSchema = {
  $id: 'io.k8s.api.rbac.v1.Role',
  type: 'object',
  description:
    'Role is a namespaced, logical grouping of PolicyRules that can be referenced as a unit by a RoleBinding.',
  properties: {
    rules: {
      type: 'array',
      'x-kubernetes-list-type': 'atomic',
      description: 'Rules holds all the PolicyRules for this Role',
      items: policyRuleSchema as typeof policyRuleSchema,
    },
  },
} as const;

/** Rules that hold in one namespace. */
export type Role = ObjectFromSchema<typeof roleSchema>;
