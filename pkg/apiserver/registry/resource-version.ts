import { newBadRequest, newResourceVersionTooLarge } from '../../apimachinery/errors/constructors.ts';
import { toGoQuoted } from '../../apimachinery/validation/go-string.ts';
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

/** Waits until the storage has reached a revision. Throws 504 with the cause that makes clients start over. */
export async function waitForRevision(storage: Storage, revision: number): Promise<void> {
  const deadline = performance.now() + maxRevisionWaitMs;
  for (;;) {
    const current = await storage.revision();
    if (current >= revision) return;
    if (performance.now() >= deadline) throw newResourceVersionTooLarge(revision, current);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
