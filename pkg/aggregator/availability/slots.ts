import type { Timer } from '../../component/id/clock.ts';
import type { RunningTime } from './running-time.ts';

/**
 * Bounds how much is begun at a time, so that many backends that come at once are worked off one after the other: handshakes that all
 * run at once on a busy machine are all too late, and begin again from nothing.
 */
export interface Slots {
  /** Resolves when it is one's turn, with what is to be called at the end. Who has waited in vain before comes after the others. */
  take(hope: Hope): Promise<() => void>;
}

/** `low` for a backend that was silent so far: however many there are, they never take all of the slots. */
export type Hope = 'high' | 'low';

/** How slots are given. */
export interface SlotsOptions {
  readonly count: number;
  /** Who takes longer only waits for somebody else, and keeps nobody: milliseconds of running time. */
  readonly yieldMs: number;
}

interface Holder {
  readonly hope: Hope;
  readonly since: number;
}

/** Slots that are all free. Each kind is served in the order in which it came. */
export function newSlots({ count, yieldMs }: SlotsOptions, running: RunningTime): Slots {
  const holders = new Set<Holder>();
  const queues: Readonly<Record<Hope, Set<(holder: Holder) => void>>> = { high: new Set(), low: new Set() };
  let timer: Timer | undefined;
  const hasRoom = (hope: Hope): boolean => {
    if (hope === 'high') return holders.size < count;
    const low = [...holders].filter((holder) => holder.hope === 'low').length;
    return holders.size < count && low < count / 2;
  };
  const admit = (hope: Hope): Holder => {
    const holder = { hope, since: running.now() };
    holders.add(holder);
    return holder;
  };
  const serve = (): void => {
    for (const hope of ['high', 'low'] as const) {
      for (const next of queues[hope]) {
        if (!hasRoom(hope)) break;
        queues[hope].delete(next);
        next(admit(hope));
      }
    }
    const waiting = queues.high.size + queues.low.size > 0;
    if (waiting) timer ??= running.setTimeout(sweep, yieldMs);
    else stop();
  };
  const stop = (): void => {
    timer?.cancel();
    timer = undefined;
  };
  const sweep = (): void => {
    timer = undefined;
    const until = running.now() - yieldMs + 1;
    for (const holder of holders) if (holder.since <= until) holders.delete(holder);
    serve();
  };
  const toRelease = (holder: Holder) => (): void => {
    if (holders.delete(holder)) serve();
  };
  return {
    take(hope) {
      if (queues[hope].size === 0 && hasRoom(hope)) return Promise.resolve(toRelease(admit(hope)));
      return new Promise((resolve) => {
        queues[hope].add((holder) => resolve(toRelease(holder)));
        serve();
      });
    },
  };
}
