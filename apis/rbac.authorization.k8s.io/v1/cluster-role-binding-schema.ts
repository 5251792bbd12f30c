/* oxlint-disable typescript/no-unnecessary-type-assertion -- declarations of one file alone need the types that others give */
import type { ObjectFromSchema } from '../../../pkg/apimachinery/schema/schema.ts';
import { roleRefProperties } from './role-ref-schema.ts';
import { subjectsSchema } from './subject-schema.ts';

/** Schema of `ClusterRoleBinding`, in upstream's words and order. */
export const clusterRoleBindingSchema = {
  $id: 'io.k8s.api.rbac.v1.ClusterRoleBinding',
  type: 'object',
  description:
    'ClusterRoleBinding references a ClusterRole, but not contain it.  It can reference a ClusterRole in the global namespace, and adds who information via Subject.',
  required: ['roleRef'],
  properties: {
    subjects: subjectsSchema as typeof subjectsSchema,
    roleRef: {
      $id: 'io.k8s.api.rbac.v1.RoleRef',
      type: 'object',
      default: {},
      description:
        'RoleRef can only reference a ClusterRole in the global namespace. If the RoleRef cannot be resolved, the Authorizer must return an error. This field is immutable.',
      $description: 'RoleRef contains information that points to the role being used',
      'x-kubernetes-map-type': 'atomic',
      required: ['kind', 'name'],
      properties: roleRefProperties as typeof roleRefProperties,
    },
  },
} as const;

/** Gives a cluster role to subjects, everywhere. */
export type ClusterRoleBinding = ObjectFromSchema<typeof clusterRoleBindingSchema>;
