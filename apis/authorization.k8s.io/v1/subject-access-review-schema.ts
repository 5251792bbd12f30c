/* oxlint-disable typescript/no-unnecessary-type-assertion -- declarations of one file alone need the types that others give */
import type { ObjectFromSchema } from '../../../pkg/apimachinery/schema/schema.ts';
import { accessReviewStatusSchema } from './access-review-status-schema.ts';
import { accessReviewSpecProperties } from './access-review-spec-schema.ts';

/** Schema of `SubjectAccessReview`, in upstream's words and order. */
export const subjectAccessReviewSchema = {
  $id: 'io.k8s.api.authorization.v1.SubjectAccessReview',
  type: 'object',
  description: 'SubjectAccessReview checks whether or not a user or group can perform an action.',
  required: ['spec'],
  properties: {
    spec: {
      $id: 'io.k8s.api.authorization.v1.SubjectAccessReviewSpec',
      type: 'object',
      default: {},
      description: 'spec holds information about the request being evaluated',
      $description:
        'SubjectAccessReviewSpec is a description of the access request.  Exactly one of resourceAttributes and nonResourceAttributes must be set',
      properties: accessReviewSpecProperties as typeof accessReviewSpecProperties,
    },
    status: accessReviewStatusSchema as typeof accessReviewStatusSchema,
  },
} as const;

/** Asks whether somebody may do something. */
export type SubjectAccessReview = ObjectFromSchema<typeof subjectAccessReviewSchema>;
