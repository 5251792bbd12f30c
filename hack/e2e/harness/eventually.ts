import { setTimeout as pause } from 'node:timers/promises';

/** How long to wait, and how often to look. */
export interface Patience {
  readonly seconds?: number;
  readonly everyMilliseconds?: number;
}

/**
 * Asks again and again until `attempt` gives something else than `undefined` or `false`, and answers with it. At the deadline it
 * throws, naming what was waited for and the last error.
 */
export async function eventually<T>(
  what: string,
  attempt: () => T | undefined | false | Promise<T | undefined | false>,
  { seconds = 20, everyMilliseconds = 50 }: Patience = {},
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    let cause: unknown;
    try {
      const result = await attempt();
      if (result !== undefined && result !== false) return result;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline) {
      const last = cause === undefined ? '' : `: ${cause instanceof Error ? cause.message : JSON.stringify(cause)}`;
      throw new Error(`waited ${seconds}s for ${what}${last}`, { cause });
    }
    await pause(everyMilliseconds);
  }
}
