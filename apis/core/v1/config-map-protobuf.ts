import { mapOf, message, optional, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';
import { objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';

/** How `ConfigMap` is written as protobuf. */
export const configMapMessage: ProtobufMessage = message('ConfigMap', {
  metadata: [1, objectMetaMessage],
  data: [2, mapOf('string')],
  binaryData: [3, mapOf('bytes')],
  immutable: [4, optional('bool')],
});
