/* oxlint-disable typescript/no-unnecessary-type-assertion -- declarations of one file alone need the types that others give */
import type { ObjectFromSchema } from '../../../pkg/apimachinery/schema/schema.ts';
import { accessReviewStatusSchema } from './access-review-status-schema.ts';
import { nonResourceAttributesSchema, resourceAttributesSchema } from './attributes-schema.ts';

/** Schema of `SelfSubjectAccessReview`, in upstream's words and order. */
export const selfSubjectAccessReviewSchema = {
  $id: 'io.k8s.api.authorization.v1.SelfSubjectAccessReview',
  type: 'object',
  description:
    'SelfSubjectAccessReview checks whether or the current user can perform an action.  Not filling in a spec.namespace means "in all namespaces".  Self is a special case, because users should always be able to check whether they can perform an action',
  required: ['spec'],
  properties: {
    spec: {
      $id: 'io.k8s.api.authorization.v1.SelfSubjectAccessReviewSpec',
      type: 'object',
      default: {},
      description: 'spec holds information about the request being evaluated.  user and groups must be empty',
      $description:
        'SelfSubjectAccessReviewSpec is a description of the access request.  Exactly one of resourceAttributes and nonResourceAttributes must be set',
      properties: {
        resourceAttributes: resourceAttributesSchema as typeof resourceAttributesSchema,
        nonResourceAttributes: nonResourceAttributesSchema as typeof nonResourceAttributesSchema,
      },
    },
    status: accessReviewStatusSchema as typeof accessReviewStatusSchema,
  },
} as const;

/** Asks whether the caller may do something. */
export type SelfSubjectAccessReview = ObjectFromSchema<typeof selfSubjectAccessReviewSchema>;
