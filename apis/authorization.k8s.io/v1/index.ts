export {
  subjectAccessReviewKind,
  localSubjectAccessReviewKind,
  selfSubjectAccessReviewKind,
  selfSubjectRulesReviewKind,
} from './access-reviews.ts';
export type { SubjectAccessReview } from './subject-access-review-schema.ts';
export type { LocalSubjectAccessReview } from './local-subject-access-review-schema.ts';
export type { SelfSubjectAccessReview } from './self-subject-access-review-schema.ts';
export type { SelfSubjectRulesReview } from './self-subject-rules-review-schema.ts';
