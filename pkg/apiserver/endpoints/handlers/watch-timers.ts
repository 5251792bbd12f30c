import type { ListOptions } from '../../../apimachinery/runtime/options.ts';
import type { Clock, Timer } from '../../../component/id/clock.ts';

/** Shortest life of a watch without `timeoutSeconds`; the longest is twice as much. */
const minLifeMs = 1800_000;

/** Mean time between bookmarks. */
const bookmarkIntervalMs = 60_000;

/** Time before the end of a watch at which a last bookmark is sent. */
const farewellMs = 2000;

/** Timers wait 24 days at most. */
const longestMs = 2 ** 31 - 1;

/** What happens in the course of a watch. */
export interface WatchCourse {
  /** Time for a bookmark; called only for clients that want them. */
  readonly bookmark: () => void;
  /** The time of the watch is up. */
  readonly end: () => void;
}

/** What the timers go by. */
export interface WatchTimersOptions extends WatchCourse {
  readonly clock: Clock;
  /** Evenly distributed in [0, 1), so that watches do not all end at once. */
  readonly random: () => number;
  readonly options: Pick<ListOptions, 'timeoutSeconds' | 'allowWatchBookmarks'>;
}

/** Starts the timers of a watch; the answer stops them. */
export function startWatchTimers({ clock, random, options, bookmark, end }: WatchTimersOptions): () => void {
  const lifeMs = toLifeMs(options.timeoutSeconds, random);
  const timers = [clock.setTimeout(end, lifeMs)];
  let regular: Timer | undefined;
  const startRegular = (): void => {
    regular = clock.setTimeout(
      () => {
        startRegular();
        bookmark();
      },
      bookmarkIntervalMs * (0.75 + random() / 2),
    );
  };
  if (options.allowWatchBookmarks) {
    startRegular();
    if (lifeMs > farewellMs) timers.push(clock.setTimeout(bookmark, lifeMs - farewellMs));
  }
  return () => {
    regular?.cancel();
    for (const timer of timers) timer.cancel();
  };
}

function toLifeMs(timeoutSeconds: number | undefined, random: () => number): number {
  const asked = timeoutSeconds !== undefined && timeoutSeconds > 0;
  return Math.min(asked ? timeoutSeconds * 1000 : minLifeMs * (1 + random()), longestMs);
}
