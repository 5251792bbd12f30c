import { isTimeout } from './failure-kinds.ts';
import type { ProbeTarget, Verdict } from './interface.ts';

/** A probed group/version and what is known of it. Times are monotonic milliseconds. */
export interface TargetState {
  readonly target: ProbeTarget;
  /** Absent before the first one. */
  verdict: Verdict | undefined;
  /** When it was last asked. */
  askedAt: number;
  /** When it was last found available. */
  availableAt: number;
  /** When it last became available. */
  risenAt: number;
  /** Good answers in a row that make it available again. */
  rise: number;
  /** An examination is under way, so none has to begin. */
  examined: boolean;
}

/** A target that nothing is known of. */
export function newTargetState(target: ProbeTarget): TargetState {
  return {
    target,
    verdict: undefined,
    askedAt: -Infinity,
    availableAt: -Infinity,
    risenAt: -Infinity,
    rise: minRise,
    examined: false,
  };
}

const minRise = 2;
const maxRise = 5;
/** What falls this soon after it rose has to prove more the next time. */
const flappingMs = 30_000;

/** Counts a fall at this time. */
export function noteFall(state: TargetState, now: number): void {
  state.rise = now - state.risenAt < flappingMs ? Math.min(maxRise, state.rise + 1) : minRise;
}

/** Not known to be unavailable. */
export function isWell({ verdict }: TargetState): boolean {
  return verdict?.available !== false;
}

/** Known to give no answer. */
export function isSilent({ verdict }: TargetState): boolean {
  return verdict?.available === false && isTimeout(verdict.failure);
}

/** How many of the unwell are asked in one round; when one of them recovers, all others are asked at once. */
const maxUnwellPerRound = 8;

/** Even with many group/versions behind a backend, each is asked this often. */
const recheckMs = 30_000;

/**
 * Whom to ask in this round: those that are not well, those that were not asked for long, and in any case one that is well, in
 * turn, which stands for the backend as a whole.
 */
export function chooseTargets(states: Iterable<TargetState>, now: number): readonly TargetState[] {
  const idle = [...states].filter((state) => !state.examined).toSorted((a, b) => a.askedAt - b.askedAt);
  const well = idle.filter(isWell);
  const unwell = idle.filter((state) => !isWell(state)).slice(0, maxUnwellPerRound);
  const due = well.filter(({ askedAt }) => now - askedAt >= recheckMs);
  return [...unwell, ...(due.length > 0 ? due : well.slice(0, 1))];
}

/** Whom to ask when nobody gets through: one will do. */
export function chooseScout(states: Iterable<TargetState>): TargetState | undefined {
  let scout: TargetState | undefined;
  for (const state of states) if (scout === undefined || state.askedAt < scout.askedAt) scout = state;
  return scout;
}
