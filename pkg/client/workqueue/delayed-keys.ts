import type { Clock, Timer } from '../../component/id/clock.ts';

/** Keys that wait for a time to come (Go: `workqueue.TypedDelayingInterface`). */
export interface DelayedKeys<Key> {
  /** Hands the key over after the delay; of several delays for one key the earliest counts. */
  add(key: Key, delayMs: number): void;
  clear(): void;
  readonly size: number;
}

/** No keys yet; each goes to `release` when its time has come. */
export function newDelayedKeys<Key>(clock: Clock, release: (key: Key) => void): DelayedKeys<Key> {
  const waiting = new Map<Key, { readonly at: number; readonly timer: Timer }>();
  return {
    add(key, delayMs) {
      const at = clock.monotonic() + delayMs;
      const known = waiting.get(key);
      if (known !== undefined && known.at <= at) return;
      known?.timer.cancel();
      const timer = clock.setTimeout(() => {
        waiting.delete(key);
        release(key);
      }, delayMs);
      waiting.set(key, { at, timer });
    },
    clear() {
      for (const { timer } of waiting.values()) timer.cancel();
      waiting.clear();
    },
    get size() {
      return waiting.size;
    },
  };
}
