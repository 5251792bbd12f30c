import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { selfSubjectReviewMessage } from './self-subject-review-protobuf.ts';
import { type SelfSubjectReview, selfSubjectReviewSchema } from './self-subject-review-schema.ts';

/** Asks who the asker is (`kubectl auth whoami`). Source: kubernetes `pkg/registry/authentication/selfsubjectreview`. */
export const selfSubjectReviewKind: KindDefinition<SelfSubjectReview> = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  singular: 'selfsubjectreview',
  scope: 'Cluster',
  schema: selfSubjectReviewSchema,
  protobuf: selfSubjectReviewMessage,
  verbs: ['create'],
};
