/** A limited number of places to work in. */
export interface Slots {
  /** Resolves when a place is free, which is then taken. */
  take(): Promise<void>;
  free(): void;
  /** Resolves when no place is taken. */
  allFree(): Promise<void>;
}

/** This many places, all free. */
export function newSlots(limit: number): Slots {
  const waiting: (() => void)[] = [];
  let taken = 0;
  let onAllFree: (() => void) | undefined;
  return {
    take() {
      if (taken >= limit) return new Promise((resolve) => waiting.push(resolve));
      taken++;
      return Promise.resolve();
    },
    free() {
      const next = waiting.shift();
      if (next !== undefined) return next();
      taken--;
      if (taken === 0) onAllFree?.();
    },
    allFree: () => (taken === 0 ? Promise.resolve() : new Promise((resolve) => (onAllFree = resolve))),
  };
}
