import { list, message, required, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';
import { objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';

const selfSubjectRulesReviewSpecMessage = message('SelfSubjectRulesReviewSpec', {
  namespace: [1, 'string'],
});

const resourceRuleMessage = message('ResourceRule', {
  verbs: [1, list('string')],
  apiGroups: [2, list('string')],
  resources: [3, list('string')],
  resourceNames: [4, list('string')],
});

const nonResourceRuleMessage = message('NonResourceRule', {
  verbs: [1, list('string')],
  nonResourceURLs: [2, list('string')],
});

const subjectRulesReviewStatusMessage = message('SubjectRulesReviewStatus', {
  resourceRules: [1, list(resourceRuleMessage)],
  nonResourceRules: [2, list(nonResourceRuleMessage)],
  incomplete: [3, required('bool')],
  evaluationError: [4, 'string'],
});

/** How `SelfSubjectRulesReview` is written as protobuf. */
export const selfSubjectRulesReviewMessage: ProtobufMessage = message('SelfSubjectRulesReview', {
  metadata: [1, objectMetaMessage],
  spec: [2, selfSubjectRulesReviewSpecMessage],
  status: [3, subjectRulesReviewStatusMessage],
});
