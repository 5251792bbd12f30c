import { message, optional, required, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';
import { objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';
import {
  eventSourceMessage,
  objectReferenceMessage,
} from '../../../pkg/apimachinery/protobuf/object-reference-messages.ts';

const eventSeriesMessage = message('EventSeries', {
  count: [1, required('int32')],
  lastObservedTime: [2, 'microTime'],
});

/** How `Event` is written as protobuf. */
export const eventMessage: ProtobufMessage = message('Event', {
  metadata: [1, objectMetaMessage],
  eventTime: [2, 'microTime'],
  series: [3, optional(eventSeriesMessage)],
  reportingController: [4, 'string'],
  reportingInstance: [5, 'string'],
  action: [6, 'string'],
  reason: [7, 'string'],
  regarding: [8, objectReferenceMessage],
  related: [9, optional(objectReferenceMessage)],
  note: [10, 'string'],
  type: [11, 'string'],
  deprecatedSource: [12, eventSourceMessage],
  deprecatedFirstTimestamp: [13, 'time'],
  deprecatedLastTimestamp: [14, 'time'],
  deprecatedCount: [15, 'int32'],
});
