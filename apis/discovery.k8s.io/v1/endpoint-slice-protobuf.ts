import {
  list,
  mapOf,
  message,
  optional,
  required,
  type ProtobufMessage,
} from '../../../pkg/apimachinery/protobuf/message.ts';
import { objectReferenceMessage } from '../../../pkg/apimachinery/protobuf/object-reference-messages.ts';
import { objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';

const endpointConditionsMessage = message('EndpointConditions', {
  ready: [1, optional('bool')],
  serving: [2, optional('bool')],
  terminating: [3, optional('bool')],
});

const forZoneMessage = message('ForZone', {
  name: [1, required('string')],
});

const forNodeMessage = message('ForNode', {
  name: [1, required('string')],
});

const endpointHintsMessage = message('EndpointHints', {
  forZones: [1, list(forZoneMessage)],
  forNodes: [2, list(forNodeMessage)],
});

const endpointMessage = message('Endpoint', {
  addresses: [1, list('string')],
  conditions: [2, endpointConditionsMessage],
  hostname: [3, optional('string')],
  targetRef: [4, optional(objectReferenceMessage)],
  deprecatedTopology: [5, mapOf('string')],
  nodeName: [6, optional('string')],
  zone: [7, optional('string')],
  hints: [8, optional(endpointHintsMessage)],
});

const endpointPortMessage = message('EndpointPort', {
  name: [1, optional('string')],
  protocol: [2, optional('string')],
  port: [3, optional('int32')],
  appProtocol: [4, optional('string')],
});

/** How `EndpointSlice` is written as protobuf. */
export const endpointSliceMessage: ProtobufMessage = message('EndpointSlice', {
  metadata: [1, objectMetaMessage],
  endpoints: [2, list(endpointMessage)],
  ports: [3, list(endpointPortMessage)],
  addressType: [4, required('string')],
});
