import { list, mapOf, message, optional, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';
import {
  nonResourceAttributesMessage,
  resourceAttributesMessage,
  subjectAccessReviewStatusMessage,
} from './resource-attributes-protobuf.ts';
import { objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';

const subjectAccessReviewSpecMessage = message('SubjectAccessReviewSpec', {
  resourceAttributes: [1, optional(resourceAttributesMessage)],
  nonResourceAttributes: [2, optional(nonResourceAttributesMessage)],
  user: [3, 'string'],
  groups: [4, list('string')],
  extra: [5, mapOf('strings')],
  uid: [6, 'string'],
});

/** How `SubjectAccessReview` is written as protobuf. */
export const subjectAccessReviewMessage: ProtobufMessage = message('SubjectAccessReview', {
  metadata: [1, objectMetaMessage],
  spec: [2, subjectAccessReviewSpecMessage],
  status: [3, subjectAccessReviewStatusMessage],
});

/** How `LocalSubjectAccessReview` is written as protobuf. */
export const localSubjectAccessReviewMessage: ProtobufMessage = message('LocalSubjectAccessReview', {
  metadata: [1, objectMetaMessage],
  spec: [2, subjectAccessReviewSpecMessage],
  status: [3, subjectAccessReviewStatusMessage],
});

const selfSubjectAccessReviewSpecMessage = message('SelfSubjectAccessReviewSpec', {
  resourceAttributes: [1, optional(resourceAttributesMessage)],
  nonResourceAttributes: [2, optional(nonResourceAttributesMessage)],
});

/** How `SelfSubjectAccessReview` is written as protobuf. */
export const selfSubjectAccessReviewMessage: ProtobufMessage = message('SelfSubjectAccessReview', {
  metadata: [1, objectMetaMessage],
  spec: [2, selfSubjectAccessReviewSpecMessage],
  status: [3, subjectAccessReviewStatusMessage],
});
