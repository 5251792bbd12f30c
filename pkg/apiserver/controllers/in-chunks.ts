import { newTurns } from '../turns.ts';

/** How many writes are under way at a time: enough to share what makes one durable. */
const chunkSize = 32;

/** Does the work for each item, some at a time. Rejects with the first error, after the others of its chunk are done. */
export async function inChunks<I>(items: readonly I[], work: (item: I) => Promise<void>): Promise<void> {
  const takeTurns = newTurns();
  for (let at = 0; at < items.length; at += chunkSize) {
    await takeTurns();
    const outcomes = await Promise.allSettled(items.slice(at, at + chunkSize).map(work));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
}
