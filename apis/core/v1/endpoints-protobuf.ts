import { list, message, optional, required, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';
import { objectReferenceMessage } from '../../../pkg/apimachinery/protobuf/object-reference-messages.ts';
import { objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';

const endpointAddressMessage = message('EndpointAddress', {
  ip: [1, required('string')],
  targetRef: [2, optional(objectReferenceMessage)],
  hostname: [3, 'string'],
  nodeName: [4, optional('string')],
});

const endpointPortMessage = message('EndpointPort', {
  name: [1, 'string'],
  port: [2, required('int32')],
  protocol: [3, 'string'],
  appProtocol: [4, optional('string')],
});

const endpointSubsetMessage = message('EndpointSubset', {
  addresses: [1, list(endpointAddressMessage)],
  notReadyAddresses: [2, list(endpointAddressMessage)],
  ports: [3, list(endpointPortMessage)],
});

/** How `Endpoints` is written as protobuf. */
export const endpointsMessage: ProtobufMessage = message('Endpoints', {
  metadata: [1, objectMetaMessage],
  subsets: [2, list(endpointSubsetMessage)],
});
