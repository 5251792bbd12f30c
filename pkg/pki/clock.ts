/** Time as this package needs it, an argument so that tests decide what time it is; `Clock` of `pkg/component` is one. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once after some milliseconds, unless it is cancelled before. */
  setTimeout(callback: () => void, delayMs: number): { cancel(): void };
}

/**
 * Longest single timer. Node fires timers beyond 2^31 - 1 ms at once, and timers stand still while a laptop sleeps: looking at
 * the clock every hour settles both.
 */
const longestTimer = 3_600_000;

/** Waits until a time has come or the signal is aborted, however far away the time is. Never rejects: ask the signal. */
export async function sleepUntil(clock: Clock, time: number, signal: AbortSignal): Promise<void> {
  for (let left = time - clock.now(); left > 0 && !signal.aborted; left = time - clock.now()) {
    await sleepOnce(clock, Math.min(left, longestTimer), signal);
  }
}

function sleepOnce(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      timer.cancel();
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = clock.setTimeout(wake, milliseconds);
    signal.addEventListener('abort', wake, { once: true });
  });
}
