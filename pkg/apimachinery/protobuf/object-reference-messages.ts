import { message, type ProtobufMessage } from './message.ts';

/** A reference to an object of any kind, which several groups use. */
export const objectReferenceMessage: ProtobufMessage = message('ObjectReference', {
  kind: [1, 'string'],
  namespace: [2, 'string'],
  name: [3, 'string'],
  uid: [4, 'string'],
  apiVersion: [5, 'string'],
  resourceVersion: [6, 'string'],
  fieldPath: [7, 'string'],
});

/** What reported an event, which two groups use. */
export const eventSourceMessage: ProtobufMessage = message('EventSource', {
  component: [1, 'string'],
  host: [2, 'string'],
});
