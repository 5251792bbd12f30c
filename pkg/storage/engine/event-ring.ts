import type { StorageEvent } from '../interface.ts';

/**
 * The latest events, in revision order: the watch window. Bounded by their number. Knows the state as of every revision from
 * its floor on.
 */
export class EventRing {
  readonly #capacity: number;
  readonly #events: StorageEvent[] = [];
  /** Where the oldest event is, once the ring is full. */
  #start = 0;
  #floor: number;

  constructor(capacity: number, floor: number) {
    if (!Number.isInteger(capacity) || capacity < 1) throw new RangeError(`not a number of events: ${capacity}`);
    this.#capacity = capacity;
    this.#floor = floor;
  }

  /** The oldest revision that can still be asked for. */
  get floor(): number {
    return this.#floor;
  }

  /** Adds the newest event, dropping the oldest when the ring is full. */
  push(event: StorageEvent): void {
    if (this.#events.length < this.#capacity) {
      this.#events.push(event);
      return;
    }
    this.#floor = this.#events[this.#start]?.revision ?? this.#floor;
    this.#events[this.#start] = event;
    this.#start = (this.#start + 1) % this.#capacity;
  }

  /** The events with a greater revision. The caller has compared the revision with the floor. */
  after(revision: number): StorageEvent[] {
    const size = this.#events.length;
    let low = 0;
    let high = size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#at(middle).revision > revision) high = middle;
      else low = middle + 1;
    }
    const events: StorageEvent[] = [];
    for (let at = low; at < size; at++) events.push(this.#at(at));
    return events;
  }

  #at(position: number): StorageEvent {
    const event = this.#events[(this.#start + position) % this.#events.length];
    if (event === undefined) throw new RangeError(`no event at position ${position}`);
    return event;
  }
}
