import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openFileStorage } from '../../pkg/storage/file/file-storage.ts';
import { filesOf } from '../../pkg/storage/testing/directory.ts';
import { revisionOf, valueOf } from '../../pkg/storage/testing/fixtures.ts';
import type { Ledger, StoredState } from './ledger.ts';

/** How a directory is looked at after its writer has died. */
export interface VerifyOptions {
  readonly directory: string;
  readonly ledger: Ledger;
  /** Closes the storage in the end, as opposed to dying once more. */
  readonly close: boolean;
}

/** Opens a directory and compares it with what was acknowledged. Answers with a sentence for each violation. */
export async function verifyDirectory({ directory, ledger, close }: VerifyOptions): Promise<string[]> {
  const violations: string[] = [];
  const storage = await openFileStorage({
    directory,
    report: ({ sentence }) => violations.push(`reported: ${sentence}`),
  });
  violations.push(...(await findBrokenFiles(directory)));
  const { items, revision } = await storage.list('');
  if (revision < ledger.highest) violations.push(`the revision went back from ${ledger.highest} to ${revision}`);
  const stored = new Map<string, StoredState>();
  for (const item of items) {
    const key = `core/configmaps/${item.metadata.namespace}/${item.metadata.name}`;
    if (item.metadata.name === 'counter') {
      const counted = Number(valueOf(item));
      if (counted < ledger.count) violations.push(`the counter went back from ${ledger.count} to ${counted}`);
    } else {
      stored.set(key, { value: String(valueOf(item)), revision: revisionOf(item) });
    }
  }
  violations.push(...ledger.compare(stored));
  if (close) await storage.close();
  return violations;
}

async function findBrokenFiles(directory: string): Promise<string[]> {
  const violations: string[] = [];
  for (const file of await filesOf(directory)) {
    try {
      JSON.parse(await readFile(join(directory, file), 'utf8'));
    } catch (error) {
      violations.push(`${file} is not whole JSON: ${String(error)}`);
    }
  }
  return violations;
}
