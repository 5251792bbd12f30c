import { message, optional, required, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';
import { objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';
import {
  eventSourceMessage,
  objectReferenceMessage,
} from '../../../pkg/apimachinery/protobuf/object-reference-messages.ts';

const eventSeriesMessage = message('EventSeries', {
  count: [1, 'int32'],
  lastObservedTime: [2, 'microTime'],
});

/** How `Event` is written as protobuf. */
export const eventMessage: ProtobufMessage = message('Event', {
  metadata: [1, objectMetaMessage],
  involvedObject: [2, objectReferenceMessage],
  reason: [3, 'string'],
  message: [4, 'string'],
  source: [5, eventSourceMessage],
  firstTimestamp: [6, 'time'],
  lastTimestamp: [7, 'time'],
  count: [8, 'int32'],
  type: [9, 'string'],
  eventTime: [10, 'microTime'],
  series: [11, optional(eventSeriesMessage)],
  action: [12, 'string'],
  related: [13, optional(objectReferenceMessage)],
  reportingComponent: [14, required('string')],
  reportingInstance: [15, required('string')],
});
