import { quantile } from '../lib/statistics.ts';

/** What stands before the number of an event in the name of its object. */
export const namePrefix = 'tick-';

const marker = Buffer.from(`"name":"${namePrefix}`);
const lineEnd = 10;

/** What all watchers together have seen. */
export interface TallyResult {
  readonly delivered: number;
  /** Events that a watcher should have got and did not. */
  readonly lost: number;
  /** Events that came once more. */
  readonly repeated: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Follows many streams of watch events: when each event came to each watcher, and whether one was left out. */
export class WatchTally {
  readonly #sentAt: number[] = [];
  readonly #events: number;
  /** Whether it has come, for each event of each watcher. Writers do not wait for each other, so there is no order to expect. */
  readonly #seen: Uint8Array;
  /** The beginning of a frame whose end has not come. */
  readonly #begun: (Buffer | undefined)[];
  readonly #delays: Float64Array;
  #delivered = 0;
  #repeated = 0;

  constructor(watchers: number, events: number) {
    this.#events = events;
    this.#seen = new Uint8Array(watchers * events);
    this.#begun = Array.from({ length: watchers });
    this.#delays = new Float64Array(watchers * events);
  }

  /** Notes that the next event is about to be made; answers with the name for its object. */
  send(): string {
    return `${namePrefix}${this.#sentAt.push(performance.now()) - 1}.`;
  }

  /** Events that have arrived, at all watchers together. */
  get delivered(): number {
    return this.#delivered;
  }

  /** Takes bytes of the body of one watch. Frames are lines; what is no event of ours, such as a bookmark, is passed over. */
  take(watcher: number, chunk: Buffer): void {
    const begun = this.#begun[watcher];
    const bytes = begun === undefined ? chunk : Buffer.concat([begun, chunk]);
    const whole = bytes.lastIndexOf(lineEnd) + 1;
    for (let at = bytes.indexOf(marker); at >= 0 && at < whole; at = bytes.indexOf(marker, at)) {
      at += marker.length;
      let event = 0;
      for (let digit = bytes[at] ?? 0; digit >= 48 && digit <= 57; digit = bytes[++at] ?? 0)
        event = event * 10 + digit - 48;
      this.#arrive(watcher, event);
    }
    // A copy: the chunk belongs to the socket.
    this.#begun[watcher] = whole === bytes.length ? undefined : Buffer.from(bytes.subarray(whole));
  }

  #arrive(watcher: number, event: number): void {
    const at = watcher * this.#events + event;
    if (this.#seen[at] === 1) {
      this.#repeated++;
      return;
    }
    this.#seen[at] = 1;
    this.#delays[this.#delivered++] = performance.now() - (this.#sentAt[event] ?? Number.NaN);
  }

  result(): TallyResult {
    const delays = this.#delays.subarray(0, this.#delivered).toSorted();
    return {
      delivered: this.#delivered,
      lost: this.#seen.length - this.#delivered,
      repeated: this.#repeated,
      p50Ms: quantile(delays, 0.5),
      p99Ms: quantile(delays, 0.99),
      maxMs: delays.at(-1) ?? Number.NaN,
    };
  }
}
