import { list, message, required, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';
import { objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';

const namespaceSpecMessage = message('NamespaceSpec', {
  finalizers: [1, list('string')],
});

const namespaceConditionMessage = message('NamespaceCondition', {
  type: [1, required('string')],
  status: [2, required('string')],
  lastTransitionTime: [4, 'time'],
  reason: [5, 'string'],
  message: [6, 'string'],
});

const namespaceStatusMessage = message('NamespaceStatus', {
  phase: [1, 'string'],
  conditions: [2, list(namespaceConditionMessage)],
});

/** How `Namespace` is written as protobuf. */
export const namespaceMessage: ProtobufMessage = message('Namespace', {
  metadata: [1, objectMetaMessage],
  spec: [2, namespaceSpecMessage],
  status: [3, namespaceStatusMessage],
});
