import {
  localSubjectAccessReviewKind,
  selfSubjectAccessReviewKind,
  selfSubjectRulesReviewKind,
  subjectAccessReviewKind,
} from '../../../../apis/authorization.k8s.io/v1/access-reviews.ts';
import type { Logger } from '../../../component/logs/logger.ts';
import type { APIServer } from '../../server/api-server.ts';
import type { Authorizer } from '../authorizer.ts';
import type { RuleResolver } from '../rule-resolver.ts';
import { newLocalSubjectAccessReview, newSelfSubjectAccessReview, newSubjectAccessReview } from './access-review.ts';
import { newSelfSubjectRulesReview } from './self-subject-rules-review.ts';

/** What reviews are answered with. */
export interface AccessReviews {
  /** The one that decides over requests, too. */
  readonly authorizer: Authorizer;
  readonly resolver: RuleResolver;
  readonly logger: Logger;
}

/** Makes a server serve `authorization.k8s.io/v1`: who may do what, answered to those who ask. */
export function installAccessReviews(server: APIServer, { authorizer, resolver, logger }: AccessReviews): void {
  // Source: kubernetes `pkg/controlplane/apiserver/aggregator.go`.
  const priority = { groupPriorityMinimum: 17_600, versionPriority: 15 };
  const options = { authorizer, logger };
  server.installReview(localSubjectAccessReviewKind, priority, newLocalSubjectAccessReview(options));
  server.installReview(selfSubjectAccessReviewKind, priority, newSelfSubjectAccessReview(options));
  server.installReview(selfSubjectRulesReviewKind, priority, newSelfSubjectRulesReview(resolver));
  server.installReview(subjectAccessReviewKind, priority, newSubjectAccessReview(options));
}
