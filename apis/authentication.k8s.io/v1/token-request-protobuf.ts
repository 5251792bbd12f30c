import { list, message, optional, required, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';
import { objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';

const boundObjectReferenceMessage = message('BoundObjectReference', {
  kind: [1, 'string'],
  apiVersion: [2, 'string'],
  name: [3, 'string'],
  uid: [4, 'string'],
});

const tokenRequestSpecMessage = message('TokenRequestSpec', {
  audiences: [1, list('string')],
  boundObjectRef: [3, optional(boundObjectReferenceMessage)],
  expirationSeconds: [4, optional('int64')],
});

const tokenRequestStatusMessage = message('TokenRequestStatus', {
  token: [1, required('string')],
  expirationTimestamp: [2, 'time'],
});

/** How `TokenRequest` is written as protobuf. */
export const tokenRequestMessage: ProtobufMessage = message('TokenRequest', {
  metadata: [1, objectMetaMessage],
  spec: [2, tokenRequestSpecMessage],
  status: [3, tokenRequestStatusMessage],
});
