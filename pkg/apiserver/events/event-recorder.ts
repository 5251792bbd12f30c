import { createHash } from 'node:crypto';
import type { Event } from '../../../apis/core/v1/event-schema.ts';
import type { ObjectReference } from '../../../apis/core/v1/object-reference-schema.ts';
import { hasReason } from '../../apimachinery/errors/status-error.ts';
import { cloneJSON } from '../../apimachinery/runtime/json.ts';
import { toRFC3339 } from '../../apimachinery/time/rfc3339.ts';
import type { Clock } from '../../component/id/clock.ts';
import type { Logger } from '../../component/logs/logger.ts';
import { newControllerWrite } from '../controllers/controller.ts';
import type { Store } from '../registry/store.ts';

/** What an event says. */
export interface Occurrence {
  readonly type: 'Normal' | 'Warning';
  /** In one word: `BackendAbandoned`. */
  readonly reason: string;
  readonly message: string;
  /** Another object that it has to do with. */
  readonly related?: ObjectReference;
  /**
   * `daily`: each message is written once a day at most, and what happens again is not counted, for what may come and go every few
   * seconds. Default: one event, with the last message and a count.
   */
  readonly limit?: 'daily';
}

/** Writes events about objects (Go: `record.EventRecorder`). */
export interface EventRecorder {
  /** Says what happened to an object; what happens to it again is counted. Never throws and is not waited for. */
  record(involved: ObjectReference, occurrence: Occurrence): void;
}

/** What a recorder needs. */
export interface EventRecorderOptions {
  readonly events: Pick<Store<Event>, 'create' | 'update'>;
  /** Who sees it: `namespace-controller`. */
  readonly component: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

/** Events of objects without a namespace stand here, as client-go has it. */
const namespaceOfClusterScoped = 'default';

/** A message of a Go client is cut here; the store refuses longer ones. */
const maxMessageLength = 1024;

/** Of the name of the object, what leaves room for the digest in the name of the event. */
const maxNameLength = 253 - 17;

/** A recorder over the events of a server. */
export function newEventRecorder({ events, component, clock, logger }: EventRecorderOptions): EventRecorder {
  const write = newControllerWrite(component);
  const put = async (event: Event, limit: Occurrence['limit']): Promise<void> => {
    const { namespace = '', name = '' } = event.metadata;
    try {
      await events.create(event, namespace, write);
    } catch (error) {
      if (!hasReason(error, 'AlreadyExists')) throw error;
      if (limit !== undefined) return;
      const transform = (old: Event): Event => {
        const { lastTimestamp = null, message = '' } = event;
        return { ...cloneJSON(old), count: (old.count ?? 1) + 1, lastTimestamp, message };
      };
      await events.update({ namespace, name, subresource: '', transform }, write);
    }
  };
  return {
    record(involved, occurrence) {
      const event = toEvent(involved, occurrence, { component, now: toRFC3339(clock.now()) });
      put(event, occurrence.limit).catch((error: unknown) => {
        logger.warn('an event could not be written', { involved, reason: occurrence.reason, err: error });
      });
    },
  };
}

function toEvent(
  involvedObject: ObjectReference,
  { type, reason, message, related, limit }: Occurrence,
  { component, now }: { component: string; now: string },
): Event {
  const namespace = involvedObject.namespace || namespaceOfClusterScoped;
  const { kind = '', name = '', uid = '' } = involvedObject;
  // The same thing has the same name, so that it is counted and not told again and again, by whichever replica.
  const limited = limit === undefined ? [] : [message, now.slice(0, '2026-01-01'.length)];
  const digest = createHash('sha256')
    .update([kind, name, uid, type, reason, related?.kind, related?.name, ...limited].join('\n'))
    .digest('hex')
    .slice(0, 16);
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name.slice(0, maxNameLength)}.${digest}`, namespace },
    involvedObject: { ...involvedObject },
    reason,
    message: message.length > maxMessageLength ? `${message.slice(0, maxMessageLength - 3)}...` : message,
    source: { component },
    reportingComponent: component,
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
    type,
    ...(related === undefined ? {} : { related: { ...related } }),
  };
}
