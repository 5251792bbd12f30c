import { runWorkers } from '../../client/workqueue/run-workers.ts';
import type { MeasuredQueue } from '../../client/workqueue/workqueue-metrics.ts';
import { newWorkqueue } from '../../client/workqueue/workqueue.ts';
import type { Clock } from '../../component/id/clock.ts';
import type { Logger } from '../../component/logs/logger.ts';
import type { Slots } from '../availability/slots.ts';
import type { Transport } from '../proxy/interface.ts';
import type { APIServiceSnapshot, SnapshotChange } from '../snapshot.ts';
import type { SnapshotTable } from '../snapshot-table.ts';

/** Time between two reads of a backend where nothing happens. */
const refreshMs = 60_000;
/** After a read that failed; twice as long after each further one, up to the second. */
const firstRetryMs = 500;
const longestRetryMs = 5000;
/** Between two reads, whatever happens. */
const shortestGapMs = 1000;
/** Between two reads without any sign of another API but new connections, which may have many reasons. */
const reconnectGapMs = 5000;
/** Share of both that is left out at random at most. */
const jitter = 0.1;

/** Reads documents of these APIServices, all of them behind the transport. Rejects when that has to be tried again. */
export type ReadDocuments = (
  transport: Transport,
  snapshots: readonly APIServiceSnapshot[],
  signal: AbortSignal,
) => Promise<void>;

/** What a loop needs. */
export interface DocumentLoopOptions {
  /** Of the queue: `discovery-manager`. */
  readonly name: string;
  readonly table: SnapshotTable;
  readonly read: ReadDocuments;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** Calls back when the connections to a backend are new ones. The result ends it. */
  readonly onReconnect: (listener: (transport: Transport) => void) => () => void;
  /** Shared by all loops. */
  readonly slots: Slots;
  /** Hears of the queue, for metrics. */
  readonly onQueue?: (queue: MeasuredQueue) => void;
}

/**
 * Reads documents of every backend in the background: when it becomes available, when what is served there changes, when its
 * connections are new ones, and every minute. A backend is read once for all its group/versions, and none waits for one that is
 * slow. Ends with the signal.
 */
export async function runDocumentLoop(options: DocumentLoopOptions, signal: AbortSignal): Promise<void> {
  const { name, table, read, clock, random, logger, slots } = options;
  const queue = newWorkqueue<Transport>({ name, clock });
  options.onQueue?.(queue);
  const lastRead = new WeakMap<Transport, number>();
  /** In a row. */
  const failures = new WeakMap<Transport, number>();
  const onChange = ({ previous, current }: SnapshotChange): void => {
    const transport = current === undefined ? undefined : sourceOf(current);
    if (transport === undefined) return;
    // Requests that failed may mean a restart that no probe saw, perhaps with another API.
    const recovered = current?.health?.state === 'available' && previous?.health?.state === 'degraded';
    if (!recovered && transport === (previous && sourceOf(previous))) return;
    // A backend that comes and goes is not asked as often as it does; what is new is asked for at once.
    if (!recovered && previous?.availability.status !== 'False') return queue.add(transport);
    addAfterGap(transport, shortestGapMs);
  };
  const addAfterGap = (transport: Transport, gapMs: number): void => {
    const readyAt = (lastRead.get(transport) ?? -Infinity) + gapMs;
    queue.addAfter(transport, Math.max(0, readyAt - clock.monotonic()));
  };
  const sync = async (transport: Transport): Promise<void> => {
    const snapshots = table.list().filter((snapshot) => sourceOf(snapshot) === transport);
    if (snapshots.length === 0) return;
    let nextMs = refreshMs;
    const release = await slots.take('high');
    lastRead.set(transport, clock.monotonic());
    try {
      await read(transport, snapshots, signal);
      failures.delete(transport);
    } catch (error) {
      const before = failures.get(transport) ?? 0;
      failures.set(transport, before + 1);
      nextMs = Math.min(longestRetryMs, firstRetryMs * 2 ** before);
      const { host, port } = transport.settings;
      // Availability says what is wrong with a backend; this would only say it again, every few seconds.
      logger.debug(2, 'Documents of a backend could not be read', { queue: name, host, port, err: error });
    }
    release();
    queue.addAfter(transport, nextMs * (1 - jitter * random()));
  };
  const unsubscribes = [
    table.subscribe(onChange),
    options.onReconnect((transport) => addAfterGap(transport, reconnectGapMs)),
  ];
  await runWorkers(queue, sync, { concurrency: Infinity, signal, logger });
  for (const unsubscribe of unsubscribes) unsubscribe();
}

/** Where the documents of an APIService are read: nowhere unless it is known to be available. */
function sourceOf({ availability, transports }: APIServiceSnapshot): Transport | undefined {
  return availability.status === 'True' ? transports[0] : undefined;
}
