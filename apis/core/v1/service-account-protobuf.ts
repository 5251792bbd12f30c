import { list, message, optional, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';
import { objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';
import { objectReferenceMessage } from '../../../pkg/apimachinery/protobuf/object-reference-messages.ts';

const localObjectReferenceMessage = message('LocalObjectReference', {
  name: [1, 'string'],
});

/** How `ServiceAccount` is written as protobuf. */
export const serviceAccountMessage: ProtobufMessage = message('ServiceAccount', {
  metadata: [1, objectMetaMessage],
  secrets: [2, list(objectReferenceMessage)],
  imagePullSecrets: [3, list(localObjectReferenceMessage)],
  automountServiceAccountToken: [4, optional('bool')],
});
