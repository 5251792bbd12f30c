import type { Clock } from '../../component/id/clock.ts';

/** A request that shows whether an address is well again. */
export interface Trial {
  /** There is a time by which it must have its answer: not for watches and tunnels. */
  readonly limited: boolean;
}

/** The requests that are let through to a half-open address, and what came of them. */
export interface Trials {
  /** One more, unless enough are under way. */
  begin(limited: boolean): Trial | undefined;
  /** It has ended; tells whether it was one of these. */
  end(trial: Trial): boolean;
  /** Counts a good one and tells how many there are by now. A probe counts only while no request is waited for. */
  succeeded(by: 'request' | 'probe'): number;
  /** Whether a request was among the good ones. */
  readonly isProven: boolean;
  /** Begins anew: whatever runs belongs to another time. */
  clear(): void;
}

/** Nobody waits longer for a trial before the next one: some requests take long, and watches have no end. */
const trialMs = 5000;

/** No trials so far. With each good one twice as many may run at a time, so that the backend is not run over by all at once. */
export function newTrials(clock: Pick<Clock, 'monotonic'>): Trials {
  const running = new Map<Trial, number>();
  let good = 0;
  let proven = false;
  return {
    get isProven() {
      return proven;
    },
    begin(limited) {
      const now = clock.monotonic();
      const young = [...running.values()].filter((startedAt) => now - startedAt < trialMs).length;
      if (young >= 2 ** good) return undefined;
      const trial = { limited };
      running.set(trial, now);
      return trial;
    },
    end: (trial) => running.delete(trial),
    succeeded(by) {
      if (by === 'request') proven = true;
      else if ([...running.keys()].some(({ limited }) => limited)) return good;
      return ++good;
    },
    clear() {
      running.clear();
      good = 0;
      proven = false;
    },
  };
}
