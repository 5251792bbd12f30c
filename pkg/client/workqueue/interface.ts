import type { Distribution } from '../../component/metrics/interface.ts';

/** Upper bounds, in seconds, of what `WorkqueueStats` counts durations by; upstream's. */
export const workqueueBounds: readonly number[] = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 100, 1000];

/** Counters of a queue since it was made; metrics read them (upstream's `workqueue_*`). */
export interface WorkqueueStats {
  /** Keys that wait now. */
  readonly depth: number;
  /** Keys being processed now. */
  readonly processing: number;
  /** Keys that wait for a delay to pass. */
  readonly delayed: number;
  /** Keys accepted: additions of a key that waits already do not count. */
  readonly adds: number;
  /** Rate-limited additions. */
  readonly retries: number;
  /** Keys handed out, the sum of the seconds that they had waited, and the longest wait. */
  readonly gets: number;
  readonly queueSeconds: number;
  readonly queueDurations: Distribution;
  readonly longestQueueSeconds: number;
  /** Keys done, the sum of the seconds that they took, and the longest one. */
  readonly dones: number;
  readonly workSeconds: number;
  readonly workDurations: Distribution;
  readonly longestWorkSeconds: number;
  /** Sum of the seconds for which the keys now being processed have been so. */
  readonly unfinishedSeconds: number;
  /** For how long the oldest of those has been processed. */
  readonly longestRunningSeconds: number;
}

/**
 * Keys that wait to be processed (Go: `workqueue.TypedRateLimitingInterface`). A key waits once however often it is added; a key
 * added while it is being processed waits until that is done, so that it is never processed twice at the same time.
 */
export interface Workqueue<Key = string> {
  add(key: Key): void;
  /** Adds after a delay. Of several delays for one key the earliest counts. */
  addAfter(key: Key, delayMs: number): void;
  /** Adds after a delay that doubles with each call for the key, until `forget`. */
  addRateLimited(key: Key): void;
  /** The key's next rate-limited delay is the first one again. */
  forget(key: Key): void;
  /** How often `addRateLimited` was called for the key since `forget`. */
  requeues(key: Key): number;
  /** The next key, to be followed by `done`; waits for one. `undefined` when the queue is shut down or the signal aborted. */
  get(signal?: AbortSignal): Promise<Key | undefined>;
  /** The key has been processed; if it was added meanwhile, it waits again. */
  done(key: Key): void;
  /** Takes no more keys, drops delayed ones, hands out those that wait, then `undefined`. */
  shutDown(): void;
  isShuttingDown(): boolean;
  readonly name: string;
  readonly length: number;
  stats(): WorkqueueStats;
}
