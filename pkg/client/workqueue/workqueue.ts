import { type Clock, systemClock } from '../../component/id/clock.ts';
import { type DelayedKeys, newDelayedKeys } from './delayed-keys.ts';
import { newFifo } from './fifo.ts';
import type { Workqueue, WorkqueueStats } from './interface.ts';
import { newTotals } from './totals.ts';

/** What a queue needs. */
export interface WorkqueueOptions {
  /** For logs and metrics: `APIServiceRegistrationController`. */
  readonly name: string;
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** First rate-limited delay. Default 5 ms. */
  readonly baseDelayMs?: number;
  /** Longest rate-limited delay. Default 30 s. */
  readonly maxDelayMs?: number;
}

/** An empty queue. Keys are compared like those of a `Map`. */
export function newWorkqueue<Key = string>(options: WorkqueueOptions): Workqueue<Key> {
  return new RateLimitedQueue<Key>(options);
}

type Waiter<Key> = (key: Key | undefined) => void;

class RateLimitedQueue<Key> implements Workqueue<Key> {
  readonly name: string;
  readonly #clock: Clock;
  readonly #baseDelayMs: number;
  readonly #maxDelayMs: number;
  readonly #fifo = newFifo<Key>();
  /** Keys to be processed and since when: those in the fifo, and those added while they are being processed. */
  readonly #dirty = new Map<Key, number>();
  /** Keys that were handed out and since when. */
  readonly #processing = new Map<Key, number>();
  readonly #delayed: DelayedKeys<Key>;
  readonly #failures = new Map<Key, number>();
  /** Who waits for a key; empty unless the fifo is. */
  readonly #waiters = new Set<Waiter<Key>>();
  readonly #totals = newTotals();
  #shuttingDown = false;

  constructor(options: WorkqueueOptions) {
    this.name = options.name;
    this.#clock = options.clock ?? systemClock;
    this.#baseDelayMs = options.baseDelayMs ?? 5;
    this.#maxDelayMs = options.maxDelayMs ?? 30_000;
    this.#delayed = newDelayedKeys(this.#clock, (key) => this.add(key));
  }

  add(key: Key): void {
    if (this.#shuttingDown || this.#dirty.has(key)) return;
    this.#totals.adds++;
    this.#dirty.set(key, this.#clock.monotonic());
    if (!this.#processing.has(key)) this.#enqueue(key);
  }

  addAfter(key: Key, delayMs: number): void {
    if (this.#shuttingDown) return;
    if (delayMs <= 0) this.add(key);
    else this.#delayed.add(key, delayMs);
  }

  addRateLimited(key: Key): void {
    const failures = this.requeues(key);
    this.#failures.set(key, failures + 1);
    this.#totals.retries++;
    this.addAfter(key, Math.min(this.#maxDelayMs, this.#baseDelayMs * 2 ** failures));
  }

  forget(key: Key): void {
    this.#failures.delete(key);
  }

  requeues(key: Key): number {
    return this.#failures.get(key) ?? 0;
  }

  get(signal?: AbortSignal): Promise<Key | undefined> {
    if (signal?.aborted === true) return Promise.resolve(undefined);
    if (this.#fifo.size > 0 || this.#shuttingDown) return Promise.resolve(this.#handOut());
    return new Promise((resolve) => {
      const settle: Waiter<Key> = (key) => {
        signal?.removeEventListener('abort', leave);
        resolve(key);
      };
      const leave = (): void => {
        this.#waiters.delete(settle);
        settle(undefined);
      };
      this.#waiters.add(settle);
      signal?.addEventListener('abort', leave);
    });
  }

  done(key: Key): void {
    const startedAt = this.#processing.get(key);
    if (startedAt === undefined) return;
    this.#processing.delete(key);
    this.#totals.finished((this.#clock.monotonic() - startedAt) / 1000);
    if (this.#dirty.has(key)) this.#enqueue(key);
  }

  shutDown(): void {
    this.#shuttingDown = true;
    this.#delayed.clear();
    for (const waiter of this.#waiters) waiter(undefined);
    this.#waiters.clear();
  }

  isShuttingDown(): boolean {
    return this.#shuttingDown;
  }

  get length(): number {
    return this.#fifo.size;
  }

  stats(): WorkqueueStats {
    const now = this.#clock.monotonic();
    let unfinishedSeconds = 0;
    let longestRunningSeconds = 0;
    for (const startedAt of this.#processing.values()) {
      const seconds = (now - startedAt) / 1000;
      unfinishedSeconds += seconds;
      longestRunningSeconds = Math.max(longestRunningSeconds, seconds);
    }
    return {
      ...this.#totals.snapshot(),
      depth: this.#fifo.size,
      processing: this.#processing.size,
      delayed: this.#delayed.size,
      unfinishedSeconds,
      longestRunningSeconds,
    };
  }

  #enqueue(key: Key): void {
    this.#fifo.push(key);
    const [waiter] = this.#waiters;
    if (waiter === undefined) return;
    this.#waiters.delete(waiter);
    waiter(this.#handOut());
  }

  #handOut(): Key | undefined {
    if (this.#fifo.size === 0) return undefined;
    const key = this.#fifo.shift() as Key;
    const now = this.#clock.monotonic();
    this.#totals.handedOut((now - (this.#dirty.get(key) ?? now)) / 1000);
    this.#dirty.delete(key);
    this.#processing.set(key, now);
    return key;
  }
}
