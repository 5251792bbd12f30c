import { list, message, optional, required, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';
import {
  fieldSelectorRequirementMessage,
  labelSelectorRequirementMessage,
} from '../../../pkg/apimachinery/protobuf/selector-messages.ts';

const fieldSelectorAttributesMessage = message('FieldSelectorAttributes', {
  rawSelector: [1, 'string'],
  requirements: [2, list(fieldSelectorRequirementMessage)],
});

const labelSelectorAttributesMessage = message('LabelSelectorAttributes', {
  rawSelector: [1, 'string'],
  requirements: [2, list(labelSelectorRequirementMessage)],
});

/** A request for a resource. */
export const resourceAttributesMessage: ProtobufMessage = message('ResourceAttributes', {
  namespace: [1, 'string'],
  verb: [2, 'string'],
  group: [3, 'string'],
  version: [4, 'string'],
  resource: [5, 'string'],
  subresource: [6, 'string'],
  name: [7, 'string'],
  fieldSelector: [8, optional(fieldSelectorAttributesMessage)],
  labelSelector: [9, optional(labelSelectorAttributesMessage)],
});

/** A request for a path. */
export const nonResourceAttributesMessage: ProtobufMessage = message('NonResourceAttributes', {
  path: [1, 'string'],
  verb: [2, 'string'],
});

/** What an authorizer says. */
export const subjectAccessReviewStatusMessage: ProtobufMessage = message('SubjectAccessReviewStatus', {
  allowed: [1, required('bool')],
  reason: [2, 'string'],
  evaluationError: [3, 'string'],
  denied: [4, 'bool'],
});
