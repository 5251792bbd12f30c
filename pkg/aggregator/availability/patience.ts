/**
 * How long answers of one backend are waited for, learned from how long they took.
 *
 * A dead backend is to be noticed within 1.5 s: at most one interval (0.8 s) until the next probe, and the patience. A backend that
 * answers within milliseconds gets the floor of 450 ms; one that is slow but well gets three times the longest answer of late,
 * so it is noticed later and does not flap. One long pause is remembered for about twenty answers.
 */
export interface Patience {
  /** A probe was answered after this many milliseconds. */
  observe(milliseconds: number): void;
  /** After this long without an answer, a backend that was well counts as dead. */
  wellMs(): number;
}

const floorMs = 450;
/** A probe that takes longer has failed, as upstream has it. Also given to a backend that is not well, so that a slow one can come back. */
export const maxPatienceMs = 5000;
/** Before the first answer: long enough for a service that starts, short enough for a person who waits. */
const unknownMs = 1250;
const margin = 3;
const decay = 0.9;

/** Patience with a backend that nothing is known of. */
export function newPatience(): Patience {
  let longest: number | undefined;
  return {
    observe(milliseconds) {
      longest = Math.max(milliseconds, (longest ?? 0) * decay);
    },
    wellMs() {
      if (longest === undefined) return unknownMs;
      return Math.round(Math.min(maxPatienceMs, Math.max(floorMs, longest * margin)));
    },
  };
}
