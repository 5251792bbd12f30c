import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { type LocalSubjectAccessReview, localSubjectAccessReviewSchema } from './local-subject-access-review-schema.ts';
import { type SelfSubjectAccessReview, selfSubjectAccessReviewSchema } from './self-subject-access-review-schema.ts';
import { selfSubjectRulesReviewMessage } from './self-subject-rules-review-protobuf.ts';
import { type SelfSubjectRulesReview, selfSubjectRulesReviewSchema } from './self-subject-rules-review-schema.ts';
import {
  localSubjectAccessReviewMessage,
  selfSubjectAccessReviewMessage,
  subjectAccessReviewMessage,
} from './subject-access-review-protobuf.ts';
import { type SubjectAccessReview, subjectAccessReviewSchema } from './subject-access-review-schema.ts';

const group = 'authorization.k8s.io';

/** Asks whether somebody may do something. Answered, never stored. */
export const subjectAccessReviewKind: KindDefinition<SubjectAccessReview> = {
  group,
  version: 'v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  singular: 'subjectaccessreview',
  scope: 'Cluster',
  schema: subjectAccessReviewSchema,
  protobuf: subjectAccessReviewMessage,
  verbs: ['create'],
  tracksGeneration: false,
};

/** Asks whether somebody may do something in one namespace. Answered, never stored. */
export const localSubjectAccessReviewKind: KindDefinition<LocalSubjectAccessReview> = {
  group,
  version: 'v1',
  kind: 'LocalSubjectAccessReview',
  plural: 'localsubjectaccessreviews',
  singular: 'localsubjectaccessreview',
  scope: 'Namespaced',
  schema: localSubjectAccessReviewSchema,
  protobuf: localSubjectAccessReviewMessage,
  verbs: ['create'],
  tracksGeneration: false,
};

/** Asks whether the caller may do something. Answered, never stored. */
export const selfSubjectAccessReviewKind: KindDefinition<SelfSubjectAccessReview> = {
  group,
  version: 'v1',
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  singular: 'selfsubjectaccessreview',
  scope: 'Cluster',
  schema: selfSubjectAccessReviewSchema,
  protobuf: selfSubjectAccessReviewMessage,
  verbs: ['create'],
  tracksGeneration: false,
};

/** Asks for everything that the caller may do in one namespace. Answered, never stored. */
export const selfSubjectRulesReviewKind: KindDefinition<SelfSubjectRulesReview> = {
  group,
  version: 'v1',
  kind: 'SelfSubjectRulesReview',
  plural: 'selfsubjectrulesreviews',
  singular: 'selfsubjectrulesreview',
  scope: 'Cluster',
  schema: selfSubjectRulesReviewSchema,
  protobuf: selfSubjectRulesReviewMessage,
  verbs: ['create'],
  tracksGeneration: false,
};
