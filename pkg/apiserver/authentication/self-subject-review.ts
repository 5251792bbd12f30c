import type { SelfSubjectReview } from '../../../apis/authentication.k8s.io/v1/self-subject-review-schema.ts';
import { toRFC3339 } from '../../apimachinery/time/rfc3339.ts';
import type { Review } from '../endpoints/handlers/review.ts';
import { toReviewedUser } from './reviewed-user.ts';

/** Tells users who they are: under impersonation, the impersonated one (`kubectl auth whoami`). */
export function newSelfSubjectReview(now: () => number): Review<SelfSubjectReview> {
  return {
    review: ({ kind, apiVersion }, { user }) => {
      const metadata = { creationTimestamp: toRFC3339(now()) };
      return { kind, apiVersion, metadata, status: { userInfo: toReviewedUser(user) } };
    },
  };
}
