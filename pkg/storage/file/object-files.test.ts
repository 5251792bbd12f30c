import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import type { StorageReport } from '../engine/report.ts';
import type { Storage } from '../interface.ts';
import { filesOf, untilFiles } from '../testing/directory.ts';
import { type FaultyFileSystem, newFaultyFileSystem } from '../testing/faulty-file-system.ts';
import { createAll, newObject, valueOf, withValue } from '../testing/fixtures.ts';
import type { CheckpointLimits } from './checkpointer.ts';
import { openFileStorage } from './file-storage.ts';
import { nodeFileSystem } from './file-system.ts';
import { ObjectFiles } from './object-files.ts';
import type { ObjectWriter } from './object-writer.ts';

const key = 'core/configmaps/default/a';
const other = 'core/configmaps/default/b';

async function openFaulty(
  directory: string,
  checkpoint: Partial<CheckpointLimits> = {},
): Promise<{ storage: Storage; disk: FaultyFileSystem; reports: StorageReport[] }> {
  const disk = newFaultyFileSystem();
  const reports: StorageReport[] = [];
  const storage = await openFileStorage({
    directory,
    fileSystem: disk,
    checkpoint,
    report: (report) => reports.push(report),
  });
  return { storage, disk, reports };
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('not in time');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

t.test('a file that cannot be written is reported once, and neither lost nor in the way', async (t) => {
  for (const [where, code] of [
    ['writeFile', 'ENOSPC'],
    ['rename', 'EISDIR'],
    ['makeFolder', 'EACCES'],
  ] as const) {
    const directory = t.testdir();
    const { storage, disk, reports } = await openFaulty(directory, { bytes: 2000, ms: 10 });
    disk.failing = (operation, path) => (operation === where && path.includes('configmaps') ? code : undefined);
    await createAll(storage, key, other);
    await until(() => reports.length > 0);
    t.match(reports, [
      {
        kind: 'FileBehind',
        path: join(directory, `${key}.json`),
        sentence:
          /could not be brought up to date: .*; what it should hold is safe in the journal, and it is tried again/,
      },
    ]);
    for (let n = 0; n < 100; n++) await createAll(storage, `core/secrets/default/n${n}`);
    await until(() => disk.done.some(({ operation, path }) => operation === 'unlink' && path.endsWith('.journal-2')));
    t.ok(
      (await filesOf(directory)).filter((path) => path.startsWith('.journal-')).length <= 2,
      'journals do not pile up',
    );
    await storage.close();
    t.ok(
      (await filesOf(directory)).some((path) => path.startsWith('.journal-')),
      'what has no file stays in the journal',
    );
    t.equal(reports.length, 1);
    const reopened = await openFileStorage({ directory });
    t.equal((await reopened.list('')).items.length, 102);
    await reopened.close();
    t.same((await filesOf(directory)).slice(0, 3), ['.revision.json', `${key}.json`, `${other}.json`]);
  }
});

t.test('a file that could not be written is tried again by and by', async (t) => {
  const directory = t.testdir();
  const { storage, disk, reports } = await openFaulty(directory);
  disk.failing = (operation) => (operation === 'rename' ? 'EACCES' : undefined);
  // The revision is reserved by a rename too.
  disk.failing = (operation, path) => (operation === 'rename' && path.endsWith('a.json') ? 'EACCES' : undefined);
  await createAll(storage, key);
  await until(() => reports.length > 0);
  disk.failing = undefined;
  await untilFiles(directory, ['.journal-1', '.revision.json', `${key}.json`]);
  await storage.close();
});

t.test('a journal that cannot be taken away is kept, reported once, and does no harm', async (t) => {
  for (const where of ['syncFile', 'syncFolder', 'unlink'] as const) {
    const directory = t.testdir();
    const { storage, disk, reports } = await openFaulty(directory, { bytes: 1 << 20, ms: 5 });
    await createAll(storage, key, other);
    disk.failing = (operation, path) => (operation === where && !path.endsWith('.tmp') ? 'EIO' : undefined);
    await until(() => reports.length > 0);
    t.match(reports, [{ kind: 'JournalKept', path: directory, sentence: /the disk reports an error \(EIO\)/ }]);
    if (where === 'syncFile') await storage.guaranteedUpdate(key, (current) => withValue(current, 'new'));
    disk.failing = undefined;
    await until(() => disk.done.some(({ operation, path }) => operation === 'unlink' && path.endsWith('.journal-1')));
    disk.failing = (operation, path) => (operation === where && !path.endsWith('.tmp') ? 'EIO' : undefined);
    await createAll(storage, 'core/secrets/default/x').catch(() => undefined);
    const { items } = await storage.list('');
    await storage.close();
    const reopened = await openFileStorage({ directory });
    t.same((await reopened.list('')).items, items);
    await reopened.close();
    t.notOk((await filesOf(directory)).some((path) => path.startsWith('.journal-')));
  }
});

t.test('folders and files that are removed by hand do not stop writes', async (t) => {
  const directory = t.testdir();
  const { storage } = await openFaulty(directory);
  await createAll(storage, key, other, 'core/secrets/default/x');
  const files = ['.journal-1', '.revision.json', `${key}.json`, `${other}.json`, 'core/secrets/default/x.json'];
  await untilFiles(directory, files);
  await rm(join(directory, `${key}.json`));
  await storage.delete(key);
  await rm(join(directory, 'core'), { recursive: true });
  await storage.guaranteedUpdate(other, (current) => withValue(current, 'new'));
  await storage.delete('core/secrets/default/x');
  await storage.close();
  const reopened = await openFileStorage({ directory });
  t.equal(valueOf(await reopened.get(other)), 'new');
  t.equal((await reopened.list('')).items.length, 1);
  await reopened.close();
});

t.test('a folder in the place of a file does not keep the others, and nothing is lost', async (t) => {
  const directory = t.testdir();
  const { storage, reports } = await openFaulty(directory);
  await mkdir(join(directory, `${key}.json`), { recursive: true });
  await createAll(storage, key, other);
  await until(() => reports.length > 0);
  t.match(reports, [{ kind: 'FileBehind', sentence: /a folder is in its place/ }]);
  await untilFiles(directory, ['.journal-1', '.revision.json', `${other}.json`]);
  await storage.close();
  const reopened = await openFaulty(directory);
  t.equal((await reopened.storage.list('')).items.length, 2);
  t.match(reopened.reports, [{ kind: 'SetAside', sentence: /is a folder that does not belong there/ }]);
  await reopened.storage.close();
  t.ok((await filesOf(directory)).includes(`${key}.json`));
});

t.test('what is carried into a newer journal never goes before what was written meanwhile', async (t) => {
  const directory = t.testdir();
  const { storage, disk } = await openFaulty(directory, { bytes: 1 << 20, ms: 1 });
  disk.failing = (operation, path) => (operation === 'rename' && path.endsWith('a.json') ? 'EACCES' : undefined);
  await createAll(storage, key);
  const isTakenAway = (number: number) => (): boolean =>
    disk.done.some(({ operation, path }) => operation === 'unlink' && path.endsWith(`.journal-${number}`));
  let value = 0;
  while (!isTakenAway(20)()) await storage.guaranteedUpdate(key, (current) => withValue(current, ++value));
  disk.dead = true;
  const reopened = await openFaulty(directory);
  t.equal(valueOf(await reopened.storage.get(key)), value);
  t.same(reopened.reports, []);
  await reopened.storage.close();
});

t.test('what is behind is told once for each key, in its newest state', async (t) => {
  const directory = t.testdir();
  const gates: { paths: string[]; open: (failed: readonly string[]) => void }[] = [];
  const writer: ObjectWriter = {
    write(states) {
      const { promise, resolve } = Promise.withResolvers<ReadonlyMap<string, unknown>>();
      const open = (failed: readonly string[]): void => resolve(new Map(failed.map((path) => [path, new Error('no')])));
      gates.push({ paths: states.map(({ path }) => path), open });
      return promise;
    },
    close: async () => undefined,
  };
  const files = new ObjectFiles({ fileSystem: nodeFileSystem, directory, report: () => undefined, writer });
  const next = async (): Promise<{ paths: string[]; open: (failed: readonly string[]) => void }> => {
    await until(() => gates.length > 0);
    const [gate] = gates.splice(0);
    if (gate === undefined) throw new Error('nothing is written');
    return gate;
  };
  const object = newObject(key);
  files.put({ key, object, segment: 1 });
  files.put({ key: other, object, segment: 1 });
  const first = await next();
  t.equal(first.paths.length, 2);
  t.same(files.behind(1), [
    { key, object, segment: 1 },
    { key: other, object, segment: 1 },
  ]);
  files.put({ key, object, segment: 2 });
  t.same(files.behind(1), [{ key: other, object, segment: 1 }], 'the newer state is not behind');
  t.same(files.behind(2).length, 2);
  first.open(first.paths);
  const second = await next();
  t.same(files.behind(1), [{ key: other, object, segment: 1 }], 'what failed stays behind');
  files.carry(1, 2);
  t.same(files.behind(1), []);
  second.open([]);
  await until(() => files.behind(9).length === 1);
  const closed = files.drain().then(() => files.close());
  (await next()).open([]);
  await closed;
  t.same(files.behind(9), []);
});
