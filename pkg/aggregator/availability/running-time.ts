import type { Clock, Timer } from '../../component/id/clock.ts';

/**
 * Time as it passes while this process runs. What another one did not answer within a second says nothing about it when this one
 * stood still for most of that second: it was busy, had to share its processor, or the machine slept.
 */
export interface RunningTime {
  /** Milliseconds, counted from any time: only differences have a meaning, while a timer of this kind runs. */
  now(): number;
  /** Runs the callback once, after this many milliseconds. */
  setTimeout(callback: () => void, delayMs: number): Timer;
}

/** Time between two looks at the clock. */
const beatMs = 50;
/** Being late by less than this is how an event loop is. */
const toleranceMs = 50;

/** Measures running time by how late the timers of a clock are; only while somebody waits. */
export function newRunningTime(clock: Clock): RunningTime {
  let lostMs = 0;
  let waiting = 0;
  let dueAt = Infinity;
  let beat: Timer | undefined;
  const latenessAt = (at: number): number => (at - dueAt > toleranceMs ? at - dueAt : 0);
  const now = (): number => {
    const at = clock.monotonic();
    return at - lostMs - latenessAt(at);
  };
  const measure = (): void => {
    const at = clock.monotonic();
    lostMs += latenessAt(at);
    dueAt = at + beatMs;
    beat = clock.setTimeout(measure, beatMs);
  };
  const hold = (): void => {
    if (waiting++ === 0) measure();
  };
  const release = (): void => {
    if (--waiting > 0) return;
    lostMs += latenessAt(clock.monotonic());
    dueAt = Infinity;
    beat?.cancel();
  };
  return {
    now,
    setTimeout(callback, delayMs) {
      hold();
      const endsAt = now() + delayMs;
      let over = false;
      const cancel = (): void => {
        if (over) return;
        over = true;
        timer.cancel();
        release();
      };
      const look = (): void => {
        const leftMs = endsAt - now();
        if (leftMs >= 1) timer = clock.setTimeout(look, leftMs);
        else {
          cancel();
          callback();
        }
      };
      let timer = clock.setTimeout(look, delayMs);
      return { cancel };
    },
  };
}
