import { list, message, required, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';
import { objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';

const nodeSpecMessage = message('NodeSpec', {
  podCIDR: [1, 'string'],
  providerID: [3, 'string'],
  unschedulable: [4, 'bool'],
});

const nodeConditionMessage = message('NodeCondition', {
  type: [1, required('string')],
  status: [2, required('string')],
  reason: [5, 'string'],
  message: [6, 'string'],
});

const nodeAddressMessage = message('NodeAddress', {
  type: [1, required('string')],
  address: [2, required('string')],
});

const nodeSystemInfoMessage = message('NodeSystemInfo', {
  kernelVersion: [4, required('string')],
  osImage: [5, required('string')],
  containerRuntimeVersion: [6, required('string')],
  kubeletVersion: [7, required('string')],
  operatingSystem: [9, required('string')],
  architecture: [10, required('string')],
});

const nodeStatusMessage = message('NodeStatus', {
  conditions: [4, list(nodeConditionMessage)],
  addresses: [5, list(nodeAddressMessage)],
  nodeInfo: [7, nodeSystemInfoMessage],
});

/** How `Node` is written as protobuf, as far as its schema goes. */
export const nodeMessage: ProtobufMessage = message('Node', {
  metadata: [1, objectMetaMessage],
  spec: [2, nodeSpecMessage],
  status: [3, nodeStatusMessage],
});
