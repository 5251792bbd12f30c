import {
  inline,
  list,
  message,
  optional,
  required,
  type ProtobufMessage,
} from '../../../pkg/apimachinery/protobuf/message.ts';

const serviceReferenceMessage = message('ServiceReference', {
  namespace: [1, required('string')],
  name: [2, required('string')],
  path: [3, optional('string')],
  port: [4, optional('int32')],
});

/** Where a webhook is. */
export const webhookClientConfigMessage: ProtobufMessage = message('WebhookClientConfig', {
  service: [1, optional(serviceReferenceMessage)],
  caBundle: [2, 'bytes'],
  url: [3, optional('string')],
});

const ruleMessage = message('Rule', {
  apiGroups: [1, list('string')],
  apiVersions: [2, list('string')],
  resources: [3, list('string')],
  scope: [4, optional('string')],
});

/** Which requests are meant. */
export const ruleWithOperationsMessage: ProtobufMessage = message('RuleWithOperations', {
  operations: [1, list('string')],
  rule: [2, inline(ruleMessage)],
});

/** A condition in CEL on a request. */
export const matchConditionMessage: ProtobufMessage = message('MatchCondition', {
  name: [1, required('string')],
  expression: [2, required('string')],
});
