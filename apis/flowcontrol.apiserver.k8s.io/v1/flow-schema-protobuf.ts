import { list, message, optional, required, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';
import { objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';

const priorityLevelConfigurationReferenceMessage = message('PriorityLevelConfigurationReference', {
  name: [1, required('string')],
});

const flowDistinguisherMethodMessage = message('FlowDistinguisherMethod', {
  type: [1, required('string')],
});

const userSubjectMessage = message('UserSubject', {
  name: [1, required('string')],
});

const groupSubjectMessage = message('GroupSubject', {
  name: [1, required('string')],
});

const serviceAccountSubjectMessage = message('ServiceAccountSubject', {
  namespace: [1, required('string')],
  name: [2, required('string')],
});

const subjectMessage = message('Subject', {
  kind: [1, required('string')],
  user: [2, optional(userSubjectMessage)],
  group: [3, optional(groupSubjectMessage)],
  serviceAccount: [4, optional(serviceAccountSubjectMessage)],
});

const resourcePolicyRuleMessage = message('ResourcePolicyRule', {
  verbs: [1, list('string')],
  apiGroups: [2, list('string')],
  resources: [3, list('string')],
  clusterScope: [4, 'bool'],
  namespaces: [5, list('string')],
});

const nonResourcePolicyRuleMessage = message('NonResourcePolicyRule', {
  verbs: [1, list('string')],
  nonResourceURLs: [6, list('string')],
});

const policyRulesWithSubjectsMessage = message('PolicyRulesWithSubjects', {
  subjects: [1, list(subjectMessage)],
  resourceRules: [2, list(resourcePolicyRuleMessage)],
  nonResourceRules: [3, list(nonResourcePolicyRuleMessage)],
});

const flowSchemaSpecMessage = message('FlowSchemaSpec', {
  priorityLevelConfiguration: [1, priorityLevelConfigurationReferenceMessage],
  matchingPrecedence: [2, required('int32')],
  distinguisherMethod: [3, optional(flowDistinguisherMethodMessage)],
  rules: [4, list(policyRulesWithSubjectsMessage)],
});

const flowSchemaConditionMessage = message('FlowSchemaCondition', {
  type: [1, 'string'],
  status: [2, 'string'],
  lastTransitionTime: [3, 'time'],
  reason: [4, 'string'],
  message: [5, 'string'],
});

const flowSchemaStatusMessage = message('FlowSchemaStatus', {
  conditions: [1, list(flowSchemaConditionMessage)],
});

/** How `FlowSchema` is written as protobuf. */
export const flowSchemaMessage: ProtobufMessage = message('FlowSchema', {
  metadata: [1, objectMetaMessage],
  spec: [2, flowSchemaSpecMessage],
  status: [3, flowSchemaStatusMessage],
});
