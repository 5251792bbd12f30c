import {
  newBadRequest,
  newResourceVersionTooLarge,
  newServiceUnavailable,
} from '../../apimachinery/errors/constructors.ts';
import { toGoQuoted } from '../../apimachinery/validation/go-string.ts';
import { systemClock } from '../../component/id/clock.ts';
import { sleep } from '../../component/id/sleep.ts';
import type { Storage } from '../../storage/interface.ts';

/** Time that a read waits for a revision that is not there yet, as upstream's watch cache has it. */
const maxRevisionWaitMs = 3000;

/** How often the storage is asked meanwhile. */
const pollMs = 50;

/** Parses a `resourceVersion` that a client sent; absent and `0` are 0. Throws a 400. */
export function parseResourceVersion(text: string): number {
  if (text === '') return 0;
  const revision = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(revision)) return revision;
  throw newBadRequest(`invalid resource version: strconv.ParseUint: parsing ${toGoQuoted(text)}: invalid syntax`);
}

/** A read of a state that is not older than a revision. */
export interface RevisionWait {
  readonly storage: Storage;
  readonly revision: number;
  /** Ends the wait: who asked has left, has been answered, or is to go. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Waits until the storage has reached a revision. Throws 504 with the cause that makes clients start over, and 503 when the wait is ended
 * before.
 */
export async function waitForRevision({ storage, revision, signal }: RevisionWait): Promise<void> {
  const deadline = performance.now() + maxRevisionWaitMs;
  for (;;) {
    const current = await storage.revision();
    if (current >= revision) return;
    if (performance.now() >= deadline) throw newResourceVersionTooLarge(revision, current);
    await sleep(systemClock, pollMs, signal);
    // The storage may be closed by now. Of all whose wait is ended only the client of a server that stops reads this.
    if (signal?.aborted === true) throw newServiceUnavailable('apiserver is shutting down', 1);
  }
}
