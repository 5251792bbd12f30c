import { chmod, mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getuid } from 'node:process';
import { isStorageError } from '../../pkg/storage/errors.ts';
import { openFileStorage } from '../../pkg/storage/file/file-storage.ts';
import type { Storage } from '../../pkg/storage/interface.ts';
import { filesOf, putFile } from '../../pkg/storage/testing/directory.ts';
import { createAll, newObject, withValue } from '../../pkg/storage/testing/fixtures.ts';
import { remount, withSmallDisk } from '../../pkg/storage/testing/small-disk.ts';

/** A directory in trouble. Throws when a promise is broken; answers with the reason when it cannot be tried here. */
export type Scenario = (directory: string) => Promise<string | undefined>;

/** What is tried besides killing. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  'truncated files': tryTruncatedFiles,
  'foreign files': tryForeignFiles,
  'torn revision file': tryTornRevisionFile,
  'read-only directory': tryReadOnlyDirectory,
  'full disk': tryFullDisk,
};

const keys = Array.from({ length: 20 }, (_, n) => `core/configmaps/torture/o${n}`);

async function tryTruncatedFiles(directory: string): Promise<undefined> {
  const revision = await fill(directory);
  for (const [at, key] of keys.entries()) {
    if (at % 2 === 0) continue;
    const file = join(directory, `${key}.json`);
    const { length } = await readFile(file);
    await truncate(file, Math.floor((length - 2) * Math.random()));
  }
  await expectAfterRestart(directory, { objects: 10, reports: 10, revision });
}

async function tryForeignFiles(directory: string): Promise<undefined> {
  const revision = await fill(directory);
  await putFile(directory, 'core/configmaps/torture/NOTES.txt', 'mine');
  await putFile(directory, 'core/configmaps/torture/o99.json', { kind: 'Other' });
  await putFile(directory, 'backup/configmaps.tar', 'not a folder');
  await putFile(
    directory,
    'core/configmaps/elsewhere/o1.json',
    await readFile(join(directory, `${keys[1]}.json`), 'utf8'),
  );
  await expectAfterRestart(directory, { objects: 20, reports: 4, revision });
  const kept = (await filesOf(directory)).filter((file) => file.startsWith('.set-aside/'));
  expect(kept.length === 4, `four files were set aside, not ${kept.join()}`);
}

async function tryTornRevisionFile(directory: string): Promise<undefined> {
  const revision = await fill(directory);
  await truncate(join(directory, '.revision.json'), 5);
  await expectAfterRestart(directory, { objects: 20, reports: 2, revision });
}

async function tryReadOnlyDirectory(directory: string): Promise<string | undefined> {
  if (getuid?.() === 0) {
    // Permissions do not stop root; a file system that is mounted read-only does.
    const setMode = (mode: 'ro' | 'rw'): Promise<void> => remount(directory, mode);
    return withSmallDisk(directory, () => refuseWrites(directory, setMode));
  }
  const setMode = async (mode: 'ro' | 'rw'): Promise<void> => {
    for (const folder of ['', 'core', 'core/configmaps', 'core/configmaps/torture']) {
      await chmod(join(directory, folder), mode === 'ro' ? 0o500 : 0o700);
    }
  };
  await refuseWrites(directory, setMode);
  return undefined;
}

async function refuseWrites(directory: string, setMode: (mode: 'ro' | 'rw') => Promise<void>): Promise<void> {
  const revision = await fill(directory);
  const storage = await openFileStorage({ directory });
  await setMode('ro');
  try {
    await expectRefusal(storage);
    // A gateway on such a disk can start and be read, and closing it does no harm.
    const second = await openFileStorage({ directory });
    expect((await second.list('')).items.length === keys.length, 'everything can be read');
    await expectRefusal(second);
    await second.close();
  } finally {
    await setMode('rw');
  }
  await writeAgain(storage);
  await expectAfterRestart(directory, { objects: 21, reports: 0, revision });
}

async function tryFullDisk(directory: string): Promise<string | undefined> {
  return withSmallDisk(directory, async () => {
    const registry = join(directory, 'registry');
    const revision = await fill(registry);
    const storage = await openFileStorage({ directory: registry });
    const ballast = join(directory, 'ballast');
    await writeFile(ballast, Buffer.alloc(2 << 20)).catch(() => undefined);
    await expectRefusal(storage);
    await rm(ballast);
    await writeAgain(storage);
    await expectAfterRestart(registry, { objects: 21, reports: 0, revision });
  });
}

async function fill(directory: string): Promise<number> {
  await mkdir(directory, { recursive: true });
  const storage = await openFileStorage({ directory });
  await createAll(storage, ...keys);
  const revision = await storage.revision();
  await storage.close();
  return revision;
}

/** Writes of every kind fail with a clear error and change nothing. */
async function expectRefusal(storage: Storage): Promise<void> {
  const before = await storage.list('');
  const [key = ''] = keys;
  const large = 'x'.repeat(20_000);
  const writes = [
    storage.create('core/configmaps/torture/new', newObject('core/configmaps/torture/new', large)),
    storage.guaranteedUpdate(key, (current) => withValue(current, large)),
  ];
  for (const result of await Promise.allSettled(writes)) {
    expect(
      result.status === 'rejected' && isStorageError(result.reason, 'WriteFailed'),
      `refused: ${JSON.stringify(result)}`,
    );
  }
  const after = await storage.list('');
  expect(JSON.stringify(after) === JSON.stringify(before), 'nothing was changed');
}

async function writeAgain(storage: Storage): Promise<void> {
  await createAll(storage, 'core/configmaps/torture/new');
  await storage.close();
}

async function expectAfterRestart(
  directory: string,
  expected: { objects: number; reports: number; revision: number },
): Promise<void> {
  const reports: string[] = [];
  const storage = await openFileStorage({ directory, report: ({ sentence }) => reports.push(sentence) });
  const { items, revision } = await storage.list('');
  expect(items.length === expected.objects, `${items.length} of ${expected.objects} objects are there`);
  expect(reports.length === expected.reports, `${expected.reports} reports expected:\n${reports.join('\n')}`);
  expect(revision >= expected.revision, `the revision went back from ${expected.revision} to ${revision}`);
  await createAll(storage, 'core/configmaps/torture/later');
  await storage.close();
}

function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(`does not hold: ${what}`);
}
