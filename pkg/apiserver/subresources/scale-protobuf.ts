import { message, required, type ProtobufMessage } from '../../apimachinery/protobuf/message.ts';
import { objectMetaMessage } from '../../apimachinery/protobuf/object-meta-messages.ts';

const scaleSpecMessage = message('ScaleSpec', {
  replicas: [1, 'int32'],
});

const scaleStatusMessage = message('ScaleStatus', {
  replicas: [1, required('int32')],
  selector: [2, 'string'],
});

/** How `Scale` is written as protobuf. */
export const scaleMessage: ProtobufMessage = message('Scale', {
  metadata: [1, objectMetaMessage],
  spec: [2, scaleSpecMessage],
  status: [3, scaleStatusMessage],
});
