/** A timer that was started and can be called off. */
export interface Timer {
  /** The callback does not run any more. Harmless after it ran. */
  cancel(): void;
}

/** Time as a dependency: what runs by the clock takes one of these, so that tests can turn its hands. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds of a clock that never goes back; for durations. */
  monotonic(): number;
  /** Runs the callback once, after this many milliseconds, 24 days at most. */
  setTimeout(callback: () => void, delayMs: number): Timer;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (callback, delayMs) => {
    const timer = setTimeout(callback, Math.min(delayMs, longestDelayMs));
    return { cancel: () => clearTimeout(timer) };
  },
};

/** 24.8 days: Node's timers fire at once when asked to wait longer. */
const longestDelayMs = 2 ** 31 - 1;
