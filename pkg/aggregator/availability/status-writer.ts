import {
  findAPIServiceCondition,
  setAPIServiceCondition,
} from '../../../apis/apiregistration/v1/api-service-conditions.ts';
import type { APIService } from '../../../apis/apiregistration/v1/api-service-schema.ts';
import { hasReason } from '../../apimachinery/errors/status-error.ts';
import { runWorkers } from '../../client/workqueue/run-workers.ts';
import type { MeasuredQueue } from '../../client/workqueue/workqueue-metrics.ts';
import { newWorkqueue } from '../../client/workqueue/workqueue.ts';
import type { Clock } from '../../component/id/clock.ts';
import type { Logger } from '../../component/logs/logger.ts';
import type { AggregatorOptions } from '../interface.ts';
import type { Availability, SnapshotChange } from '../snapshot.ts';
import type { SnapshotTable } from '../snapshot-table.ts';

/** What the writer needs. */
export interface StatusWriterOptions {
  readonly table: SnapshotTable;
  readonly updateStatus: AggregatorOptions['updateStatus'];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Writes what the snapshots say into the `Available` conditions. Probing never waits for it. */
export interface StatusWriter {
  readonly queue: MeasuredQueue;
  /** The stored object has changed: what somebody else made of the condition is set right. */
  checkStored(object: APIService): void;
  /** Writes until the signal is aborted; never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * A condition that somebody else wrote is left for this long: where several gateways share a storage and see a backend
 * differently, they must not overwrite each other as fast as they can.
 */
const correctAfterMs = 10_000;

/** Storages are fast; this only bounds how many writes wait in one at a time. */
const concurrency = 8;

/** A writer with nothing to write. */
export function newStatusWriter({ table, updateStatus, clock, logger }: StatusWriterOptions): StatusWriter {
  const queue = newWorkqueue({ name: 'AvailableConditionController', clock });
  const onChange = ({ name, previous, current }: SnapshotChange): void => {
    if (current !== undefined && current.availability !== previous?.availability) queue.add(name);
  };
  const sync = async (name: string): Promise<void> => {
    const availability = table.get(name)?.availability;
    if (availability === undefined || availability.status === 'Unknown') return;
    try {
      // The stored object decides whether there is anything to write: the informer's copy may not know of our last write yet.
      await updateStatus(name, (draft) => setAvailable(draft, availability));
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error;
    }
  };
  return {
    queue,
    checkStored(object) {
      const { name = '' } = object.metadata;
      const availability = table.get(name)?.availability;
      if (availability === undefined || says(object, availability)) return;
      if (findAPIServiceCondition(object, 'Available') === undefined) queue.add(name);
      else queue.addAfter(name, correctAfterMs);
    },
    async run(signal) {
      const unsubscribe = table.subscribe(onChange);
      await runWorkers(queue, sync, { concurrency, signal, logger });
      unsubscribe();
    },
  };
}

/** Whether the stored condition says it already; it need not where nothing is known. */
function says(object: APIService, { status, reason, message }: Availability): boolean {
  const stored = findAPIServiceCondition(object, 'Available');
  if (status === 'Unknown') return true;
  return stored?.status === status && stored.reason === reason && stored.message === message;
}

/** Leaves an object alone that says it already, so that nothing is written. */
function setAvailable(draft: APIService, availability: Availability): void {
  if (says(draft, availability)) return;
  const { status, reason, message, since } = availability;
  setAPIServiceCondition(draft, { type: 'Available', status, reason, message }, since);
}
