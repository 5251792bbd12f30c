import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import type { StorageReport } from '../engine/report.ts';
import type { Storage } from '../interface.ts';
import { type FaultyFileSystem, type FileOperation, newFaultyFileSystem } from '../testing/faulty-file-system.ts';
import { createAll, newObject, newRecordingSink, revisionOf, valueOf, withValue } from '../testing/fixtures.ts';
import { withSmallDisk } from '../testing/small-disk.ts';
import { openFileStorage } from './file-storage.ts';

const key = 'core/configmaps/default/a';
const other = 'core/configmaps/default/b';

async function openFaulty(
  directory: string,
): Promise<{ storage: Storage; disk: FaultyFileSystem; reports: StorageReport[] }> {
  const disk = newFaultyFileSystem();
  const reports: StorageReport[] = [];
  const storage = await openFileStorage({ directory, fileSystem: disk, report: (report) => reports.push(report) });
  return { storage, disk, reports };
}

/** Every file below a directory with its content, but for the kept revision. */
async function contentsOf(directory: string): Promise<Record<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name !== '.revision.json');
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).toSorted();
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path, await readFile(path, 'utf8')] as const)),
  );
}

t.test('writes of one batch share the syncs of their folders', async (t) => {
  const { storage, disk } = await openFaulty(t.testdir());
  await createAll(storage, key, 'core/secrets/default/a');
  disk.done.length = 0;
  const keys = Array.from({ length: 50 }, (_, n) => `core/${n % 2 ? 'secrets' : 'configmaps'}/default/n${n}`);
  await Promise.all([...keys.map((each) => storage.create(each, newObject(each))), storage.delete(key)]);
  const count = (operation: FileOperation): number => disk.done.filter((each) => each.operation === operation).length;
  t.equal(count('writeFile'), 50);
  t.equal(count('unlink'), 1);
  t.equal(count('syncFolder'), 2);
  disk.done.length = 0;
  await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      storage.guaranteedUpdate('core/secrets/default/a', (o) => withValue(o, n + 1)),
    ),
  );
  t.equal(count('writeFile'), 1, 'several writes of one key write its file once');
  await storage.close();
});

t.test('a file is on the disk before it gets its name, and its name before the answer', async (t) => {
  const { storage, disk } = await openFaulty(t.testdir());
  await createAll(storage, key);
  const steps = disk.done
    .filter(({ path }) => path.includes('configmaps'))
    .map(({ operation, path }) => `${operation} ${basename(path)}`);
  t.same(steps.slice(0, 3), ['makeFolder default', 'writeFile .2.tmp', 'rename a.json']);
  t.same(
    new Set(steps.slice(3)),
    new Set(['syncFolder default', 'syncFolder configmaps']),
    'new folders are made durable too',
  );
  const reserved = disk.done.findIndex(
    ({ operation, path }) => operation === 'rename' && path.endsWith('.revision.json'),
  );
  t.ok(
    reserved < disk.done.findIndex(({ path }) => path.includes('configmaps')),
    'the revision is reserved before it is used',
  );
  await storage.close();
});

t.test('a write that fails anywhere changes nothing, says why, and works again later', async (t) => {
  const table: [where: FileOperation, code: string, words: RegExp][] = [
    ['writeFile', 'ENOSPC', /the disk is full \(ENOSPC\)/],
    ['writeFile', 'EROFS', /the file system is read-only \(EROFS\)/],
    ['writeFile', 'EIO', /the disk reports an error \(EIO\)/],
    ['writeFile', 'EWEIRD', /EWEIRD: injected/],
    ['rename', 'EACCES', /permission is denied \(EACCES\)/],
    ['unlink', 'EPERM', /not permitted \(EPERM\)/],
    ['syncFolder', 'EIO', /the disk reports an error \(EIO\)/],
  ];
  for (const [where, code, words] of table) {
    const directory = t.testdir();
    const { storage, disk, reports } = await openFaulty(directory);
    const [created] = await createAll(storage, key);
    const sink = newRecordingSink();
    await storage.watch('', sink, { after: revisionOf(created), signal: new AbortController().signal });
    const before = { contents: await contentsOf(directory), list: await storage.list('') };
    // A folder that cannot be synced twice cannot be restored either: that is the next case.
    let left = where === 'syncFolder' ? 1 : Number.POSITIVE_INFINITY;
    disk.failing = (operation, path) =>
      operation === where && !path.endsWith('.tmp') === (where !== 'writeFile') && left-- > 0 ? code : undefined;
    const failure = { name: 'StorageError', code: 'WriteFailed', key, message: words, cause: { code } };
    const write =
      where === 'unlink' ? storage.delete(key) : storage.guaranteedUpdate(key, (current) => withValue(current, 'lost'));
    await t.rejects(write, failure, `${where} ${code}`);
    disk.failing = undefined;
    t.same({ contents: await contentsOf(directory), list: await storage.list('') }, before);
    t.same(sink.events, []);
    t.same(reports, []);
    const updated = await storage.guaranteedUpdate(key, (current) => withValue(current, 'kept'));
    await createAll(storage, other);
    t.equal(sink.events.length, 2);
    await storage.close();
    const reopened = await openFileStorage({ directory });
    t.same(await reopened.get(key), updated);
    await reopened.close();
  }
});

t.test('of a batch only the writes that failed are refused', async (t) => {
  const { storage, disk } = await openFaulty(t.testdir());
  await createAll(storage, 'core/configmaps/default/x', 'core/secrets/default/x');
  disk.failing = (operation, path) =>
    operation === 'syncFolder' && path.endsWith('secrets/default') ? 'EIO' : undefined;
  const keys = [
    'core/configmaps/default/a',
    'core/secrets/default/a',
    'core/configmaps/default/b',
    'core/secrets/default/b',
  ];
  const results = await Promise.allSettled(keys.map((each) => storage.create(each, newObject(each))));
  t.same(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'rejected'],
  );
  disk.failing = undefined;
  await createAll(storage, 'core/secrets/default/a');
  t.equal((await storage.list('core/')).items.length, 5);
  await storage.close();
});

t.test('a former state that could not be brought back is brought back later', async (t) => {
  const directory = t.testdir();
  const { storage, disk, reports } = await openFaulty(directory);
  await createAll(storage, key, other);
  const before = await contentsOf(directory);
  disk.failing = (operation) => (operation === 'syncFolder' ? 'EIO' : undefined);
  await t.rejects(
    storage.guaranteedUpdate(key, (current) => withValue(current, 'lost')),
    { code: 'WriteFailed' },
  );
  await t.rejects(storage.delete(other), { code: 'WriteFailed' });
  await t.rejects(storage.create('core/configmaps/default/c', newObject('core/configmaps/default/c')), {
    code: 'WriteFailed',
  });
  t.equal(reports.length, 3, 'once each, however often it is tried');
  t.match(reports[0], {
    kind: 'NotRestored',
    path: join(directory, `${key}.json`),
    sentence: /could not be brought back: the disk reports an error/,
  });
  disk.failing = undefined;
  await createAll(storage, 'core/configmaps/other/x');
  const after = await contentsOf(directory);
  delete after[join(directory, 'core/configmaps/other/x.json')];
  t.same(after, before);
  await storage.close();
});

t.test('a directory that is lost until the end keeps the reserved revision', async (t) => {
  const directory = t.testdir();
  const { storage, disk } = await openFaulty(directory);
  const [created] = await createAll(storage, key);
  disk.failing = (operation) => (operation === 'syncFolder' ? 'EIO' : undefined);
  await t.rejects(
    storage.guaranteedUpdate(key, (current) => withValue(current, 'lost')),
    { code: 'WriteFailed' },
  );
  await storage.close();
  const reopened = await openFileStorage({ directory });
  t.ok((await reopened.revision()) > revisionOf(created) + 1);
  await reopened.close();
});

t.test('without a reserved revision nothing is written', async (t) => {
  const directory = t.testdir();
  const { storage, disk, reports } = await openFaulty(directory);
  disk.failing = () => 'EROFS';
  await t.rejects(storage.create(key, newObject(key)), { code: 'WriteFailed', message: /read-only/ });
  t.same(await contentsOf(directory), {});
  disk.failing = undefined;
  await createAll(storage, key);
  disk.failing = () => 'EROFS';
  await storage.close();
  t.match(reports, [{ kind: 'RevisionSkipped', sentence: /could not be written: the file system is read-only/ }]);
});

t.test('an object that is not JSON is refused alone', async (t) => {
  const { storage } = await openFaulty(t.testdir());
  const refused = t.rejects(storage.create(key, newObject(key, 1n)), { code: 'WriteFailed', message: /BigInt/ });
  await Promise.all([refused, createAll(storage, other)]);
  t.equal((await storage.list('')).items.length, 1);
  await storage.close();
});

t.test('folders and files that are removed by hand do not stop writes', async (t) => {
  const directory = t.testdir();
  const { storage } = await openFaulty(directory);
  await createAll(storage, key, other, 'core/secrets/default/x');
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

t.test('a folder in the place of a file fails the write alone', async (t) => {
  const directory = t.testdir();
  const { storage } = await openFaulty(directory);
  await mkdir(join(directory, `${key}.json`), { recursive: true });
  await t.rejects(storage.create(key, newObject(key)), { code: 'WriteFailed', message: /a folder is in its place/ });
  t.same(await contentsOf(directory), {}, 'no temporary file is left');
  await createAll(storage, other);
  await storage.close();
});

t.test('what cannot be set aside or removed is left there and not written over', async (t) => {
  const directory = t.testdir();
  await mkdir(join(directory, dirname(key)), { recursive: true });
  await writeFile(join(directory, `${key}.json`), 'torn');
  await writeFile(join(directory, '.7.tmp'), 'left over');
  const disk = newFaultyFileSystem();
  disk.failing = (operation) => (operation === 'rename' || operation === 'unlink' ? 'EACCES' : undefined);
  const reports: StorageReport[] = [];
  const storage = await openFileStorage({ directory, fileSystem: disk, report: (report) => reports.push(report) });
  disk.failing = undefined;
  t.match(reports.map(({ sentence }) => sentence).toSorted(), [
    /\.7\.tmp is left over and could not be removed/,
    /\.revision\.json is missing/,
    /is not whole JSON; it was left there, because it could not be moved/,
  ]);
  await t.rejects(storage.create(key, newObject(key)), { code: 'WriteFailed' });
  await createAll(storage, other);
  t.equal(await readFile(join(directory, `${key}.json`), 'utf8'), 'torn');
  await storage.close();
});

t.test('a full disk refuses writes until there is room again', async (t) => {
  const directory = t.testdir();
  const skipped = await withSmallDisk(directory, () => fillDisk(t, directory));
  if (skipped !== undefined) t.comment(`skipped: ${skipped}; the cases above have it with injected failures`);
});

async function fillDisk(t: Test, directory: string): Promise<void> {
  const storage = await openFileStorage({ directory: join(directory, 'registry') });
  const [created] = await createAll(storage, key);
  const ballast = join(directory, 'ballast');
  await t.rejects(writeFile(ballast, Buffer.alloc(2 << 20)), { code: 'ENOSPC' });
  const large = 'x'.repeat(8192);
  await t.rejects(storage.create(other, newObject(other, large)), {
    code: 'WriteFailed',
    message: /the disk is full \(ENOSPC\)/,
  });
  await t.rejects(
    storage.guaranteedUpdate(key, (current) => withValue(current, large)),
    { code: 'WriteFailed' },
  );
  t.same((await storage.list('')).items, [created]);
  await rm(ballast);
  await storage.create(other, newObject(other, large));
  await storage.close();
  const reopened = await openFileStorage({ directory: join(directory, 'registry') });
  t.equal((await reopened.list('')).items.length, 2);
  await reopened.close();
}
