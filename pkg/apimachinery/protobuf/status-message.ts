import { list, message, optional, type ProtobufMessage } from './message.ts';
import { listMetaMessage } from './object-meta-messages.ts';

const statusCauseMessage = message('StatusCause', {
  reason: [1, 'string'],
  message: [2, 'string'],
  field: [3, 'string'],
});

const statusDetailsMessage = message('StatusDetails', {
  name: [1, 'string'],
  group: [2, 'string'],
  kind: [3, 'string'],
  causes: [4, list(statusCauseMessage)],
  retryAfterSeconds: [5, 'int32'],
  uid: [6, 'string'],
});

/** The answer to every failure. */
export const statusMessage: ProtobufMessage = message('Status', {
  metadata: [1, listMetaMessage],
  status: [2, 'string'],
  message: [3, 'string'],
  reason: [4, 'string'],
  details: [5, optional(statusDetailsMessage)],
  code: [6, 'int32'],
});
