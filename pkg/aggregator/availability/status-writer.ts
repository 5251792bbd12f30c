import { isDeepStrictEqual } from 'node:util';
import {
  type ConditionUpdate,
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
import type { APIServiceSnapshot, SnapshotChange } from '../snapshot.ts';
import type { SnapshotTable } from '../snapshot-table.ts';
import { newDiscoveryHold } from './discovery-hold.ts';
import type { Health } from './health.ts';
import { healthConditionType, toHealthCondition } from './health-condition.ts';

/** What the writer needs. */
export interface StatusWriterOptions {
  readonly table: SnapshotTable;
  readonly updateStatus: AggregatorOptions['updateStatus'];
  /** Whether the resources of an APIService are known, or its backend could not tell them. */
  readonly isDiscovered: (name: string) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Writes what the snapshots say into the `Available` and `tributary.Healthy` conditions. Probing never waits for it. */
export interface StatusWriter {
  readonly queue: MeasuredQueue;
  /** It has been tried to discover the resources of an APIService. */
  discovered(name: string): void;
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
export function newStatusWriter(options: StatusWriterOptions): StatusWriter {
  const { table, updateStatus, isDiscovered, clock, logger } = options;
  const queue = newWorkqueue({ name: 'AvailableConditionController', clock });
  const hold = newDiscoveryHold({ isDiscovered, clock, onEnd: (name) => queue.add(name) });
  const onChange = ({ name, previous, current }: SnapshotChange): void => {
    if (current?.availability.status !== 'True') hold.forget(name);
    if (current === undefined) return;
    const changed = current.availability !== previous?.availability || !isSameHealth(current.health, previous?.health);
    if (changed) queue.add(name);
  };
  const sync = async (name: string): Promise<void> => {
    const snapshot = table.get(name);
    if (snapshot === undefined || snapshot.availability.status === 'Unknown') return;
    if (hold.keeps(snapshot)) return;
    try {
      // The stored object decides whether there is anything to write: the informer's copy may not know of our last write yet.
      await updateStatus(name, (draft) => setConditions(draft, snapshot));
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error;
    }
  };
  return {
    queue,
    discovered: (name) => hold.discovered(name),
    checkStored(object) {
      const { name = '' } = object.metadata;
      const snapshot = table.get(name);
      if (snapshot === undefined || says(object, snapshot)) return;
      if (findAPIServiceCondition(object, 'Available') === undefined) queue.add(name);
      else queue.addAfter(name, correctAfterMs);
    },
    async run(signal) {
      const unsubscribe = table.subscribe(onChange);
      await runWorkers(queue, sync, { concurrency, signal, logger });
      unsubscribe();
      hold.close();
    },
  };
}

/** The conditions that the gateway keeps. Where nothing is known, none need say anything. */
function toConditions({ availability, health }: APIServiceSnapshot): readonly ConditionUpdate[] {
  const { status, reason, message } = availability;
  if (status === 'Unknown') return [];
  const ours = health === undefined ? undefined : toHealthCondition(health);
  return [{ type: 'Available', status, reason, message }, ...(ours === undefined ? [] : [ours])];
}

/** Whether the stored conditions say it already. */
function says(object: APIService, snapshot: APIServiceSnapshot): boolean {
  if (snapshot.health === undefined && findAPIServiceCondition(object, healthConditionType) !== undefined) return false;
  return toConditions(snapshot).every((condition) => saysOne(object, condition));
}

function saysOne(object: APIService, { type, status, reason, message }: ConditionUpdate): boolean {
  const stored = findAPIServiceCondition(object, type);
  return stored?.status === status && stored.reason === reason && stored.message === message;
}

/** Leaves an object alone that says it already, so that nothing is written. */
function setConditions(draft: APIService, snapshot: APIServiceSnapshot): void {
  if (says(draft, snapshot)) return;
  const { availability, health } = snapshot;
  for (const condition of toConditions(snapshot)) {
    if (saysOne(draft, condition)) continue;
    const since = condition.type === healthConditionType ? health?.since : availability.since;
    setAPIServiceCondition(draft, condition, since ?? availability.since);
  }
  // What the gateway serves by itself has no health but its own.
  const { conditions } = draft.status ?? {};
  if (health !== undefined || draft.status === undefined || conditions === undefined) return;
  draft.status.conditions = conditions.filter(({ type }) => type !== healthConditionType);
}

function isSameHealth(a: Health | undefined, b: Health | undefined): boolean {
  return isDeepStrictEqual(a, b);
}
