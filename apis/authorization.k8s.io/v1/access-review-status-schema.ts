import type { FromSchema } from '../../../pkg/apimachinery/schema/schema.ts';

/** Schema of the answer of an access review, in upstream's words and order. */
export const accessReviewStatusSchema = {
  $id: 'io.k8s.api.authorization.v1.SubjectAccessReviewStatus',
  type: 'object',
  default: {},
  description: 'status is filled in by the server and indicates whether the request is allowed or not',
  $description: 'SubjectAccessReviewStatus',
  required: ['allowed'],
  properties: {
    allowed: {
      type: 'boolean',
      default: false,
      description: 'allowed is required. True if the action would be allowed, false otherwise.',
    },
    denied: {
      type: 'boolean',
      description:
        'denied is optional. True if the action would be denied, otherwise false. If both allowed is false and denied is false, then the authorizer has no opinion on whether to authorize the action. Denied may not be true if Allowed is true.',
    },
    reason: { type: 'string', description: 'reason is optional.  It indicates why a request was allowed or denied.' },
    evaluationError: {
      type: 'string',
      description:
        'evaluationError is an indication that some error occurred during the authorization check. It is entirely possible to get an error and be able to continue determine authorization status in spite of it. For instance, RBAC can be missing a role, but enough roles are still present and bound to reason about the request.',
    },
  },
} as const;

/** Whether something is allowed, and why. */
export type AccessReviewStatus = FromSchema<typeof accessReviewStatusSchema>;
