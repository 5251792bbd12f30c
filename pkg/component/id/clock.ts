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
  /** Runs the callback once, after this many milliseconds. */
  setTimeout(callback: () => void, delayMs: number): Timer;
}

/** Longest delay that Node's timers know; a longer one would fire at once. */
const maxDelayMs = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (callback, delayMs) => {
    const timer = setTimeout(callback, Math.min(delayMs, maxDelayMs));
    return { cancel: () => clearTimeout(timer) };
  },
};
