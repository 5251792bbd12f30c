import { newBuckets, observe } from '../../component/metrics/histogram.ts';
import { workqueueBounds, type WorkqueueStats } from './interface.ts';

/** The members of the statistics that only grow. */
export type WorkqueueTotals = Omit<
  WorkqueueStats,
  'depth' | 'processing' | 'delayed' | 'unfinishedSeconds' | 'longestRunningSeconds'
>;

/** Counts what a queue does. */
export interface TotalsRecorder {
  adds: number;
  retries: number;
  handedOut(waitedSeconds: number): void;
  finished(workedSeconds: number): void;
  snapshot(): WorkqueueTotals;
}

/** Counters at zero. */
export function newTotals(): TotalsRecorder {
  let gets = 0;
  const queued = newBuckets(workqueueBounds);
  let longestQueueSeconds = 0;
  let dones = 0;
  const worked = newBuckets(workqueueBounds);
  let longestWorkSeconds = 0;
  return {
    adds: 0,
    retries: 0,
    handedOut(seconds) {
      gets++;
      observe(queued, workqueueBounds, seconds);
      longestQueueSeconds = Math.max(longestQueueSeconds, seconds);
    },
    finished(seconds) {
      dones++;
      observe(worked, workqueueBounds, seconds);
      longestWorkSeconds = Math.max(longestWorkSeconds, seconds);
    },
    snapshot() {
      const { adds, retries } = this;
      const queue = { gets, queueSeconds: queued.sum, queueDurations: queued, longestQueueSeconds };
      const work = { dones, workSeconds: worked.sum, workDurations: worked, longestWorkSeconds };
      return { adds, retries, ...queue, ...work };
    },
  };
}
