/* oxlint-disable typescript/no-unnecessary-type-assertion -- declarations of one file alone need the types that others give */
import type { ObjectFromSchema } from '../../../pkg/apimachinery/schema/schema.ts';
import { accessReviewStatusSchema } from './access-review-status-schema.ts';
import { accessReviewSpecProperties } from './access-review-spec-schema.ts';

/** Schema of `LocalSubjectAccessReview`, in upstream's words and order. */
export const localSubjectAccessReviewSchema = {
  $id: 'io.k8s.api.authorization.v1.LocalSubjectAccessReview',
  type: 'object',
  description:
    'LocalSubjectAccessReview checks whether or not a user or group can perform an action in a given namespace. Having a namespace scoped resource makes it much easier to grant namespace scoped policy that includes permissions checking.',
  required: ['spec'],
  properties: {
    spec: {
      $id: 'io.k8s.api.authorization.v1.SubjectAccessReviewSpec',
      type: 'object',
      default: {},
      description:
        'spec holds information about the request being evaluated.  spec.namespace must be equal to the namespace you made the request against.  If empty, it is defaulted.',
      $description:
        'SubjectAccessReviewSpec is a description of the access request.  Exactly one of resourceAttributes and nonResourceAttributes must be set',
      properties: accessReviewSpecProperties as typeof accessReviewSpecProperties,
    },
    status: accessReviewStatusSchema as typeof accessReviewStatusSchema,
  },
} as const;

/** Asks whether somebody may do something in one namespace. */
export type LocalSubjectAccessReview = ObjectFromSchema<typeof localSubjectAccessReviewSchema>;
