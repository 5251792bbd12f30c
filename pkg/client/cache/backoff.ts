/** How long to wait after failures. */
export interface BackoffOptions {
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** Share of each delay, 0 to 1, that is added at random at most. */
  readonly jitter: number;
  /** Evenly distributed in [0, 1). */
  readonly random: () => number;
}

/** Doubling delays. */
export interface Backoff {
  /** Milliseconds to wait before the next try. */
  next(): number;
  /** The next delay is the first one again. */
  reset(): void;
}

/** Delays that double from `baseDelayMs` up to `maxDelayMs`. */
export function newBackoff(options: BackoffOptions): Backoff {
  let failures = 0;
  return {
    next() {
      const delay = Math.min(options.maxDelayMs, options.baseDelayMs * 2 ** failures);
      if (delay < options.maxDelayMs) failures++;
      return delay * (1 + options.jitter * options.random());
    },
    reset() {
      failures = 0;
    },
  };
}
