import type { Clock } from '../../component/id/clock.ts';

/** A signal that is aborted with the caller's signal or when the time is over, whichever is first. */
export interface Deadline {
  readonly signal: AbortSignal;
  remainingMs(): number;
  /** True when the time was what ended it. */
  expired(): boolean;
  /** Stops watching the clock and the caller's signal. */
  release(): void;
}

/** What a deadline is made of. */
export interface DeadlineOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Starts the clock. Not `AbortSignal.any`, which a signal that lives long would remember for each request. */
export function newDeadline({ clock, timeoutMs, signal }: DeadlineOptions): Deadline {
  const controller = new AbortController();
  const endsAt = clock.monotonic() + timeoutMs;
  let late = false;
  const abort = (): void => controller.abort(signal?.reason);
  const timer = clock.setTimeout(() => {
    late = true;
    controller.abort(new Error(`no answer within ${timeoutMs} ms`));
  }, timeoutMs);
  if (signal?.aborted === true) abort();
  signal?.addEventListener('abort', abort);
  return {
    signal: controller.signal,
    remainingMs: () => endsAt - clock.monotonic(),
    expired: () => late,
    release() {
      timer.cancel();
      signal?.removeEventListener('abort', abort);
    },
  };
}
