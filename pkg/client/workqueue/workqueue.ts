import { type Clock, systemClock, type Timer } from '../../component/id/clock.ts';
import { newFifo } from './fifo.ts';
import type { Workqueue } from './interface.ts';
import { newTotals } from './totals.ts';

/** What a queue needs. */
export interface WorkqueueOptions {
  /** For metrics: `APIServiceRegistrationController`. */
  readonly name: string;
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** First rate-limited delay. Default 5 ms. */
  readonly baseDelayMs?: number;
  /** Longest rate-limited delay. Default 30 s. */
  readonly maxDelayMs?: number;
}

interface Entry<Key> {
  readonly key: Key;
  readonly since: number;
}

/** An empty queue. Keys are compared like those of a `Map`. */
export function newWorkqueue<Key = string>(options: WorkqueueOptions): Workqueue<Key> {
  const { name, clock = systemClock, baseDelayMs = 5, maxDelayMs = 30_000 } = options;
  const fifo = newFifo<Entry<Key>>();
  /** Keys in `fifo`, and keys that were added while they are processed, with the time of the addition. */
  const dirty = new Map<Key, number>();
  /** Keys that were handed out, with the time of that. */
  const processing = new Map<Key, number>();
  const delayed = new Map<Key, { readonly at: number; readonly timer: Timer }>();
  const failures = new Map<Key, number>();
  const waiters = new Set<(key: Key | undefined) => void>();
  const totals = newTotals();
  let shuttingDown = false;

  const handOut = (): Key | undefined => {
    const entry = fifo.shift();
    if (entry === undefined) return undefined;
    const now = clock.monotonic();
    dirty.delete(entry.key);
    processing.set(entry.key, now);
    totals.handedOut((now - entry.since) / 1000);
    return entry.key;
  };
  const enqueue = (key: Key, since: number): void => {
    fifo.push({ key, since });
    const [waiter] = waiters;
    if (waiter === undefined) return;
    waiters.delete(waiter);
    waiter(handOut());
  };
  const add = (key: Key): void => {
    if (shuttingDown || dirty.has(key)) return;
    const now = clock.monotonic();
    totals.adds++;
    dirty.set(key, now);
    if (!processing.has(key)) enqueue(key, now);
  };
  const addAfter = (key: Key, delayMs: number): void => {
    if (shuttingDown) return;
    if (delayMs <= 0) return add(key);
    const at = clock.monotonic() + delayMs;
    const waiting = delayed.get(key);
    if (waiting !== undefined && waiting.at <= at) return;
    waiting?.timer.cancel();
    const timer = clock.setTimeout(() => {
      delayed.delete(key);
      add(key);
    }, delayMs);
    delayed.set(key, { at, timer });
  };

  return {
    name,
    add,
    addAfter,
    addRateLimited(key) {
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      totals.retries++;
      addAfter(key, Math.min(maxDelayMs, baseDelayMs * 2 ** count));
    },
    forget: (key) => void failures.delete(key),
    requeues: (key) => failures.get(key) ?? 0,
    get(signal) {
      if (signal?.aborted === true) return Promise.resolve(undefined);
      if (fifo.size > 0 || shuttingDown) return Promise.resolve(handOut());
      return waitFor(waiters, signal);
    },
    done(key) {
      const startedAt = processing.get(key);
      if (startedAt === undefined) return;
      processing.delete(key);
      totals.finished((clock.monotonic() - startedAt) / 1000);
      const since = dirty.get(key);
      if (since !== undefined) enqueue(key, since);
    },
    shutDown() {
      shuttingDown = true;
      for (const { timer } of delayed.values()) timer.cancel();
      delayed.clear();
      for (const waiter of waiters) waiter(undefined);
      waiters.clear();
    },
    isShuttingDown: () => shuttingDown,
    get length() {
      return fifo.size;
    },
    stats() {
      const now = clock.monotonic();
      const running = [...processing.values()].map((startedAt) => (now - startedAt) / 1000);
      return {
        ...totals.snapshot(),
        depth: fifo.size,
        processing: processing.size,
        delayed: delayed.size,
        unfinishedSeconds: running.reduce((sum, seconds) => sum + seconds, 0),
        longestRunningSeconds: Math.max(0, ...running),
      };
    },
  };
}

function waitFor<Key>(
  waiters: Set<(key: Key | undefined) => void>,
  signal: AbortSignal | undefined,
): Promise<Key | undefined> {
  return new Promise((resolve) => {
    const settle = (key: Key | undefined): void => {
      signal?.removeEventListener('abort', leave);
      resolve(key);
    };
    const leave = (): void => {
      waiters.delete(settle);
      settle(undefined);
    };
    waiters.add(settle);
    signal?.addEventListener('abort', leave);
  });
}
