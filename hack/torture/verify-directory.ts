import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../../apis/meta/v1/types.ts';
import { openFileStorage } from '../../pkg/storage/file/file-storage.ts';
import { filesOf } from '../../pkg/storage/testing/directory.ts';
import { newFaultyFileSystem } from '../../pkg/storage/testing/faulty-file-system.ts';
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
  const fileSystem = newFaultyFileSystem();
  const storage = await openFileStorage({
    directory,
    // To die, this process needs a disk that stops; to close, it works as a gateway does.
    ...(!close && { fileSystem }),
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
  if (close) {
    await storage.close();
    violations.push(...(await compareFiles(directory, items)));
  }
  fileSystem.dead = true;
  return violations;
}

/** After closing the files alone hold everything, and nothing else is there. */
async function compareFiles(directory: string, items: readonly KubernetesObject[]): Promise<string[]> {
  const files = (await filesOf(directory)).filter((file) => file !== '.revision.json');
  const expected = new Map(items.map((item) => [`core/configmaps/torture/${item.metadata.name}.json`, item]));
  const violations = files.filter((file) => !expected.has(file)).map((file) => `${file} is left after closing`);
  for (const [file, item] of expected) {
    const found = files.includes(file)
      ? (JSON.parse(await readFile(join(directory, file), 'utf8')) as unknown)
      : 'gone';
    if (!isDeepStrictEqual(found, item)) violations.push(`${file} does not hold its object after closing`);
  }
  return violations;
}

/** Files are whole at any moment, but for those that are hidden: the journal, and files that do not have their name yet. */
async function findBrokenFiles(directory: string): Promise<string[]> {
  const violations: string[] = [];
  for (const file of await filesOf(directory)) {
    if (basename(file).startsWith('.')) continue;
    try {
      JSON.parse(await readFile(join(directory, file), 'utf8'));
    } catch (error) {
      // Removed in between, to follow the journal.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') continue;
      violations.push(`${file} is not whole JSON: ${String(error)}`);
    }
  }
  return violations;
}
