/** Numbers that follow from a seed, so that a run can be had again. */
export interface Random {
  readonly seed: number;
  /** Evenly distributed in [0, 1). */
  next(): number;
  /** A whole number from 0 to below the bound. */
  int(bound: number): number;
  chance(probability: number): boolean;
  pick<V>(values: readonly V[]): V;
}

/** Makes a generator (mulberry32). */
export function newRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (bound: number): number => Math.floor(next() * bound);
  return {
    seed,
    next,
    int,
    chance: (probability) => next() < probability,
    pick: (values) => values[int(values.length)]!,
  };
}

/** How long a run lasts and from which seed. */
export interface ChaosRun {
  readonly random: Random;
  readonly budgetMs: number;
}

/** Reads `CHAOS_SEED` (default: from the clock) and `CHAOS_SECONDS` (default: as given). */
export function runFromEnvironment(env: NodeJS.ProcessEnv, seconds: number): ChaosRun {
  const seed = Number(env['CHAOS_SEED'] ?? Date.now() % 2 ** 31);
  return { random: newRandom(seed), budgetMs: Number(env['CHAOS_SECONDS'] ?? seconds) * 1000 };
}
