import { list, message, optional, required, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';
import { objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';

const serviceReferenceMessage = message('ServiceReference', {
  namespace: [1, 'string'],
  name: [2, 'string'],
  port: [3, optional('int32')],
});

const apiServiceSpecMessage = message('APIServiceSpec', {
  service: [1, optional(serviceReferenceMessage)],
  group: [2, 'string'],
  version: [3, 'string'],
  insecureSkipTLSVerify: [4, 'bool'],
  caBundle: [5, 'bytes'],
  groupPriorityMinimum: [7, required('int32')],
  versionPriority: [8, required('int32')],
});

const apiServiceConditionMessage = message('APIServiceCondition', {
  type: [1, required('string')],
  status: [2, required('string')],
  lastTransitionTime: [3, 'time'],
  reason: [4, 'string'],
  message: [5, 'string'],
});

const apiServiceStatusMessage = message('APIServiceStatus', {
  conditions: [1, list(apiServiceConditionMessage)],
});

/** How `APIService` is written as protobuf. */
export const apiServiceMessage: ProtobufMessage = message('APIService', {
  metadata: [1, objectMetaMessage],
  spec: [2, apiServiceSpecMessage],
  status: [3, apiServiceStatusMessage],
});
