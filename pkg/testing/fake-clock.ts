import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../component/id/clock.ts';

/** A clock whose hands the test turns. */
export interface FakeClock extends Clock {
  /** Moves on, running each timer at its own time, in order, and lets promises settle in between. */
  advance(ms: number): Promise<void>;
  /** Milliseconds until the next timer, or `undefined`. */
  nextTimer(): number | undefined;
  /** How many timers wait. */
  pendingTimers(): number;
  /** Resolves when at least this many timers (default one) wait; rejects after five real seconds. */
  waitForTimers(count?: number): Promise<void>;
}

/** Tells a clock that stands still from one that goes. */
export function isFakeClock(clock: Clock): clock is FakeClock {
  return 'advance' in clock;
}

interface FakeTimer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** A clock that stands still at `startMs` (default 2026-01-01) until it is advanced. */
export function newFakeClock(startMs: number = Date.UTC(2026, 0, 1)): FakeClock {
  const timers = new Set<FakeTimer>();
  let now = startMs;
  let order = 0;

  const earliest = (): FakeTimer | undefined => {
    let first: FakeTimer | undefined;
    for (const timer of timers) {
      if (first === undefined || timer.at < first.at || (timer.at === first.at && timer.order < first.order))
        first = timer;
    }
    return first;
  };

  return {
    now: () => now,
    monotonic: () => now - startMs,
    setTimeout(callback, delayMs) {
      const timer: FakeTimer = { at: now + Math.max(0, delayMs), order: order++, callback };
      timers.add(timer);
      return { cancel: () => void timers.delete(timer) };
    },
    async advance(ms) {
      const until = now + ms;
      await settle();
      for (let timer = earliest(); timer !== undefined && timer.at <= until; timer = earliest()) {
        timers.delete(timer);
        now = timer.at;
        timer.callback();
        await settle();
      }
      now = until;
    },
    nextTimer() {
      const timer = earliest();
      return timer === undefined ? undefined : timer.at - now;
    },
    pendingTimers: () => timers.size,
    async waitForTimers(count = 1) {
      const deadline = Date.now() + 5000;
      while (timers.size < count) {
        if (Date.now() > deadline) throw new Error(`${timers.size} timers wait after five seconds, not ${count}`);
        await nextTurn();
      }
    },
  };
}

/** Lets promise chains that are ready run to their next wait; several turns, because streams and aborts take more than one. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await nextTurn();
}
