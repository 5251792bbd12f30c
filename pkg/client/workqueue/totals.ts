import type { WorkqueueStats } from './interface.ts';

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
  let queueSeconds = 0;
  let longestQueueSeconds = 0;
  let dones = 0;
  let workSeconds = 0;
  let longestWorkSeconds = 0;
  return {
    adds: 0,
    retries: 0,
    handedOut(seconds) {
      gets++;
      queueSeconds += seconds;
      longestQueueSeconds = Math.max(longestQueueSeconds, seconds);
    },
    finished(seconds) {
      dones++;
      workSeconds += seconds;
      longestWorkSeconds = Math.max(longestWorkSeconds, seconds);
    },
    snapshot() {
      const { adds, retries } = this;
      return { adds, retries, gets, queueSeconds, longestQueueSeconds, dones, workSeconds, longestWorkSeconds };
    },
  };
}
