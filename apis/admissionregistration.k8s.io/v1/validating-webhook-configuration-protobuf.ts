import { list, message, optional, required, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';
import { matchConditionMessage, ruleWithOperationsMessage, webhookClientConfigMessage } from './webhook-protobuf.ts';
import { labelSelectorMessage } from '../../../pkg/apimachinery/protobuf/selector-messages.ts';
import { objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';

const validatingWebhookMessage = message('ValidatingWebhook', {
  name: [1, required('string')],
  clientConfig: [2, webhookClientConfigMessage],
  rules: [3, list(ruleWithOperationsMessage)],
  failurePolicy: [4, optional('string')],
  namespaceSelector: [5, optional(labelSelectorMessage)],
  sideEffects: [6, optional('string')],
  timeoutSeconds: [7, optional('int32')],
  admissionReviewVersions: [8, list('string')],
  matchPolicy: [9, optional('string')],
  objectSelector: [10, optional(labelSelectorMessage)],
  matchConditions: [11, list(matchConditionMessage)],
});

/** How `ValidatingWebhookConfiguration` is written as protobuf. */
export const validatingWebhookConfigurationMessage: ProtobufMessage = message('ValidatingWebhookConfiguration', {
  metadata: [1, objectMetaMessage],
  webhooks: [2, list(validatingWebhookMessage)],
});
