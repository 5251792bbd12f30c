import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { tokenReviewMessage } from './token-review-protobuf.ts';
import { type TokenReview, tokenReviewSchema } from './token-review-schema.ts';

/** Asks whose a token is. Source: kubernetes `pkg/registry/authentication/tokenreview`. */
export const tokenReviewKind: KindDefinition<TokenReview> = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  singular: 'tokenreview',
  scope: 'Cluster',
  schema: tokenReviewSchema,
  protobuf: tokenReviewMessage,
  verbs: ['create'],
};
