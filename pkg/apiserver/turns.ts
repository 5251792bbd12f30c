import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long work that finds everything in memory, and so never waits, may go on before others have their turn, in milliseconds. */
const turnMs = 4;

/** Resolves at once, or when the rest of the process has had its turn, if that is due. */
export type TakeTurns = () => Promise<void>;

/** Shares the thread between the work that awaits this from time to time and everything else, such as requests. */
export function newTurns(): TakeTurns {
  let begun = performance.now();
  let turn: Promise<void> | undefined;
  const giveTurn = async (): Promise<void> => {
    await nextTurn();
    begun = performance.now();
    turn = undefined;
  };
  return async () => {
    if (turn === undefined && performance.now() - begun < turnMs) return;
    await (turn ??= giveTurn());
  };
}
