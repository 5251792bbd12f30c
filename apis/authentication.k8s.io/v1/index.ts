export { selfSubjectReviewKind } from './self-subject-review.ts';
export type { SelfSubjectReview } from './self-subject-review-schema.ts';
export { tokenRequestKind } from './token-request.ts';
export type { TokenRequest } from './token-request-schema.ts';
export { tokenReviewKind } from './token-review.ts';
export type { TokenReview } from './token-review-schema.ts';
