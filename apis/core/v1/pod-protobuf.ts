import { list, message, optional, required, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';
import { objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';

const containerMessage = message('Container', {
  name: [1, required('string')],
  image: [2, 'string'],
});

const podReadinessGateMessage = message('PodReadinessGate', {
  conditionType: [1, required('string')],
});

const podSpecMessage = message('PodSpec', {
  containers: [2, list(containerMessage)],
  restartPolicy: [3, 'string'],
  serviceAccountName: [8, 'string'],
  nodeName: [10, 'string'],
  hostNetwork: [11, 'bool'],
  schedulerName: [19, 'string'],
  readinessGates: [28, list(podReadinessGateMessage)],
});

const containerStatusMessage = message('ContainerStatus', {
  name: [1, required('string')],
  ready: [4, required('bool')],
  restartCount: [5, required('int32')],
  image: [6, required('string')],
  imageID: [7, required('string')],
});

const podStatusMessage = message('PodStatus', {
  phase: [1, 'string'],
  message: [3, 'string'],
  reason: [4, 'string'],
  hostIP: [5, 'string'],
  podIP: [6, 'string'],
  startTime: [7, optional('time')],
  containerStatuses: [8, list(containerStatusMessage)],
  nominatedNodeName: [11, 'string'],
});

/** How `Pod` is written as protobuf, as far as its schema goes. */
export const podMessage: ProtobufMessage = message('Pod', {
  metadata: [1, objectMetaMessage],
  spec: [2, podSpecMessage],
  status: [3, podStatusMessage],
});
