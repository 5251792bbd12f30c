import type { ListOptions } from '../../../apimachinery/runtime/options.ts';
import type { Clock, Timer } from '../../../component/id/clock.ts';

/** Shortest life of a watch without `timeoutSeconds`; the longest is twice as much. */
const minLifeMs = 1800_000;

/** Mean time between bookmarks. */
const bookmarkIntervalMs = 60_000;

/** Time before the end of a watch at which a last bookmark is sent. */
const farewellMs = 2000;

/** A timer may ring this much before its time: clocks do not agree to the last digit. */
const earlyMs = 1;

/** Timers wait 24 days at most. */
const longestMs = 2 ** 31 - 1;

/** What happens in the course of a watch. */
export interface WatchCourse {
  /** Time for a bookmark; called only for clients that want them. */
  bookmark(): void;
  /** The time of the watch is up. */
  timeUp(): void;
}

/** What the timer goes by. */
export interface WatchTimerOptions {
  readonly clock: Clock;
  /** Evenly distributed in [0, 1), so that watches do not all end at once. */
  readonly random: () => number;
  readonly options: Pick<ListOptions, 'timeoutSeconds' | 'allowWatchBookmarks'>;
  readonly course: WatchCourse;
}

/** Tells a watch when its time has come: for bookmarks every minute and shortly before its end, and for the end. */
export class WatchTimer {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #course: WatchCourse;
  readonly #endAt: number;
  #bookmarkAt = Infinity;
  #farewellAt = Infinity;
  #timer: Timer | undefined;

  /** Starts. */
  constructor({ clock, random, options, course }: WatchTimerOptions) {
    this.#clock = clock;
    this.#random = random;
    this.#course = course;
    const now = clock.monotonic();
    const lifeMs = toLifeMs(options.timeoutSeconds, random);
    this.#endAt = now + lifeMs;
    if (options.allowWatchBookmarks) {
      this.#bookmarkAt = now + this.#nextInterval();
      if (lifeMs > farewellMs) this.#farewellAt = now + lifeMs - farewellMs;
    }
    this.#start();
  }

  /** Nothing is called any more. */
  stop(): void {
    this.#timer?.cancel();
  }

  // One timer at a time: there may be very many watches.
  #start(): void {
    const next = Math.min(this.#endAt, this.#bookmarkAt, this.#farewellAt);
    this.#timer = this.#clock.setTimeout(() => this.#ring(), Math.max(0, next - this.#clock.monotonic()));
  }

  #ring(): void {
    const now = this.#clock.monotonic() + earlyMs;
    if (now >= this.#endAt) return this.#course.timeUp();
    const isFarewell = now >= this.#farewellAt;
    const isRegular = now >= this.#bookmarkAt;
    if (isFarewell) this.#farewellAt = Infinity;
    if (isRegular) this.#bookmarkAt = now + this.#nextInterval();
    this.#start();
    if (isFarewell || isRegular) this.#course.bookmark();
  }

  #nextInterval(): number {
    return bookmarkIntervalMs * (0.75 + this.#random() / 2);
  }
}

function toLifeMs(timeoutSeconds: number | undefined, random: () => number): number {
  const asked = timeoutSeconds !== undefined && timeoutSeconds > 0;
  return Math.min(asked ? timeoutSeconds * 1000 : minLifeMs * (1 + random()), longestMs);
}
