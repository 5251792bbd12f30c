/* oxlint-disable typescript/no-unnecessary-type-assertion -- declarations of one file alone need the types that others give */
import type { ObjectFromSchema } from '../../../pkg/apimachinery/schema/schema.ts';
import { roleRefProperties } from './role-ref-schema.ts';
import { subjectsSchema } from './subject-schema.ts';

/** Schema of `RoleBinding`, in upstream's words and order. */
export const roleBindingSchema = {
  $id: 'io.k8s.api.rbac.v1.RoleBinding',
  type: 'object',
  description:
    'RoleBinding references a role, but does not contain it.  It can reference a Role in the same namespace or a ClusterRole in the global namespace. It adds who information via Subjects and namespace information by which namespace it exists in.  RoleBindings in a given namespace only have effect in that namespace.',
  required: ['roleRef'],
  properties: {
    subjects: subjectsSchema as typeof subjectsSchema,
    roleRef: {
      $id: 'io.k8s.api.rbac.v1.RoleRef',
      type: 'object',
      default: {},
      description:
        'RoleRef can reference a Role in the current namespace or a ClusterRole in the global namespace. If the RoleRef cannot be resolved, the Authorizer must return an error. This field is immutable.',
      $description: 'RoleRef contains information that points to the role being used',
      'x-kubernetes-map-type': 'atomic',
      required: ['kind', 'name'],
      properties: roleRefProperties as typeof roleRefProperties,
    },
  },
} as const;

/** Gives a role to subjects, in one namespace. */
export type RoleBinding = ObjectFromSchema<typeof roleBindingSchema>;
