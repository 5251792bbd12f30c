import { mapOf, message, optional, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';
import { objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';

/** How `Secret` is written as protobuf. */
export const secretMessage: ProtobufMessage = message('Secret', {
  metadata: [1, objectMetaMessage],
  data: [2, mapOf('bytes')],
  type: [3, 'string'],
  stringData: [4, mapOf('string')],
  immutable: [5, optional('bool')],
});
