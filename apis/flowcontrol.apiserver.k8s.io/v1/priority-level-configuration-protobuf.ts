import { list, message, optional, required, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';
import { objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';

const queuingConfigurationMessage = message('QueuingConfiguration', {
  queues: [1, required('int32')],
  handSize: [2, required('int32')],
  queueLengthLimit: [3, required('int32')],
});

const limitResponseMessage = message('LimitResponse', {
  type: [1, required('string')],
  queuing: [2, optional(queuingConfigurationMessage)],
});

const limitedPriorityLevelConfigurationMessage = message('LimitedPriorityLevelConfiguration', {
  nominalConcurrencyShares: [1, optional('int32')],
  limitResponse: [2, limitResponseMessage],
  lendablePercent: [3, optional('int32')],
  borrowingLimitPercent: [4, optional('int32')],
});

const exemptPriorityLevelConfigurationMessage = message('ExemptPriorityLevelConfiguration', {
  nominalConcurrencyShares: [1, optional('int32')],
  lendablePercent: [2, optional('int32')],
});

const priorityLevelConfigurationSpecMessage = message('PriorityLevelConfigurationSpec', {
  type: [1, required('string')],
  limited: [2, optional(limitedPriorityLevelConfigurationMessage)],
  exempt: [3, optional(exemptPriorityLevelConfigurationMessage)],
});

const priorityLevelConfigurationConditionMessage = message('PriorityLevelConfigurationCondition', {
  type: [1, 'string'],
  status: [2, 'string'],
  lastTransitionTime: [3, 'time'],
  reason: [4, 'string'],
  message: [5, 'string'],
});

const priorityLevelConfigurationStatusMessage = message('PriorityLevelConfigurationStatus', {
  conditions: [1, list(priorityLevelConfigurationConditionMessage)],
});

/** How `PriorityLevelConfiguration` is written as protobuf. */
export const priorityLevelConfigurationMessage: ProtobufMessage = message('PriorityLevelConfiguration', {
  metadata: [1, objectMetaMessage],
  spec: [2, priorityLevelConfigurationSpecMessage],
  status: [3, priorityLevelConfigurationStatusMessage],
});
