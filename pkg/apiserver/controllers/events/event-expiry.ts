import type { Event } from '../../../../apis/core/v1/event-schema.ts';
import { hasReason } from '../../../apimachinery/errors/status-error.ts';
import { newInformer } from '../../../client/cache/informer.ts';
import { toObjectKey } from '../../../client/cache/object-key.ts';
import { runWorkers } from '../../../client/workqueue/run-workers.ts';
import { newWorkqueue } from '../../../client/workqueue/workqueue.ts';
import { type Clock, systemClock } from '../../../component/id/clock.ts';
import type { Logger } from '../../../component/logs/logger.ts';
import { newListerWatcher } from '../../registry/lister-watcher.ts';
import type { Store } from '../../registry/store.ts';
import { type Controller, newControllerWrite } from '../controller.ts';
import { inChunks } from '../in-chunks.ts';

/** Which events go, and when. */
export interface EventExpiryOptions {
  readonly events: Store<Event>;
  /** How long an event is kept after it was last written, in milliseconds. */
  readonly ttlMs: number;
  readonly logger: Logger;
  /** Default: the system clock. */
  readonly clock?: Clock;
}

const controllerName = 'event-expiry';

/** Events go together that are due within this time: one timer for all of them. */
const longestSlotMs = 10_000;

const write = newControllerWrite(controllerName);

/**
 * Deletes events some time after they were last written, as upstream does by the leases of etcd (`--event-ttl`). When that was is read
 * from the event, so that a restart changes nothing.
 */
export function newEventExpiry({ events, ttlMs, logger: parent, clock = systemClock }: EventExpiryOptions): Controller {
  const logger = parent.child({ controller: controllerName });
  const slotMs = Math.min(longestSlotMs, Math.max(1, ttlMs / 100));
  const queue = newWorkqueue<number>({ name: controllerName, clock });
  const slots = new Map<number, Set<string>>();
  const places = new Map<string, number>();
  const informer = newInformer({ name: 'events', listerWatcher: newListerWatcher(events), logger, clock });

  const forget = (key: string): void => {
    slots.get(places.get(key) ?? 0)?.delete(key);
    places.delete(key);
  };
  const place = (event: Event): void => {
    const key = toObjectKey(event);
    const slot = Math.ceil((lastWriteOf(event) + ttlMs) / slotMs);
    forget(key);
    places.set(key, slot);
    const keys = slots.get(slot);
    if (keys !== undefined) return void keys.add(key);
    slots.set(slot, new Set([key]));
    queue.addAfter(slot, Math.max(0, slot * slotMs - clock.now()));
  };
  informer.addEventHandler({
    add: place,
    update: (_, current) => place(current),
    delete: (event) => forget(toObjectKey(event)),
  });

  const expire = async (key: string): Promise<void> => {
    const event = informer.lister.get(key);
    if (event === undefined) return;
    const { namespace = '', name = '', uid = '', resourceVersion = '' } = event.metadata;
    try {
      await events.delete({ namespace, name }, { ...write, preconditions: { uid, resourceVersion } });
    } catch (error) {
      // Gone already, or written again: then it has a new place.
      if (!hasReason(error, 'NotFound') && !hasReason(error, 'Conflict')) throw error;
    }
  };
  const sync = async (slot: number): Promise<void> => {
    const keys = [...(slots.get(slot) ?? [])];
    slots.delete(slot);
    try {
      await inChunks(keys, expire);
    } catch (error) {
      const remaining = keys.filter((key) => places.get(key) === slot);
      slots.set(slot, new Set([...remaining, ...(slots.get(slot) ?? [])]));
      throw error;
    }
    if (keys.length > 0) logger.debug(4, 'Events have expired', { count: keys.length });
  };

  return {
    name: controllerName,
    queues: [queue],
    hasSynced: () => informer.hasSynced(),
    async run(signal) {
      await Promise.all([informer.run(signal), runWorkers(queue, sync, { signal, logger })]);
    },
  };
}

/** When an event was last written: at the latest time that the system has put into it. */
function lastWriteOf({ metadata: { creationTimestamp, managedFields = [] } }: Event): number {
  const texts = [creationTimestamp, ...managedFields.map(({ time }) => time)];
  return Math.max(0, ...texts.map((text) => Date.parse(text ?? '')).filter((time) => !Number.isNaN(time)));
}
