import { list, message, optional, required, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';
import { matchConditionMessage, ruleWithOperationsMessage, webhookClientConfigMessage } from './webhook-protobuf.ts';
import { labelSelectorMessage } from '../../../pkg/apimachinery/protobuf/selector-messages.ts';
import { objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';

const mutatingWebhookMessage = message('MutatingWebhook', {
  name: [1, required('string')],
  clientConfig: [2, webhookClientConfigMessage],
  rules: [3, list(ruleWithOperationsMessage)],
  failurePolicy: [4, optional('string')],
  namespaceSelector: [5, optional(labelSelectorMessage)],
  sideEffects: [6, optional('string')],
  timeoutSeconds: [7, optional('int32')],
  admissionReviewVersions: [8, list('string')],
  matchPolicy: [9, optional('string')],
  reinvocationPolicy: [10, optional('string')],
  objectSelector: [11, optional(labelSelectorMessage)],
  matchConditions: [12, list(matchConditionMessage)],
});

/** How `MutatingWebhookConfiguration` is written as protobuf. */
export const mutatingWebhookConfigurationMessage: ProtobufMessage = message('MutatingWebhookConfiguration', {
  metadata: [1, objectMetaMessage],
  webhooks: [2, list(mutatingWebhookMessage)],
});
