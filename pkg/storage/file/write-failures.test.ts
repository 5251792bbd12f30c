import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import type { StorageReport } from '../engine/report.ts';
import type { Storage } from '../interface.ts';
import { type FaultyFileSystem, type FileOperation, newFaultyFileSystem } from '../testing/faulty-file-system.ts';
import { createAll, newObject, newRecordingSink, withValue } from '../testing/fixtures.ts';
import { withSmallDisk } from '../testing/small-disk.ts';
import { openFileStorage } from './file-storage.ts';
import { nodeFileSystem } from './file-system.ts';
import { encodeChange, encodeRecord } from './journal-record.ts';

const key = 'core/configmaps/default/a';
const other = 'core/configmaps/default/b';

async function openFaulty(
  directory: string,
): Promise<{ storage: Storage; disk: FaultyFileSystem; reports: StorageReport[] }> {
  const disk = newFaultyFileSystem();
  const reports: StorageReport[] = [];
  const storage = await openFileStorage({
    directory,
    fileSystem: disk,
    report: (report) => reports.push(report),
  });
  return { storage, disk, reports };
}

/** Puts objects into a directory, as if long ago. */
async function fill(directory: string, ...keys: string[]): Promise<void> {
  const storage = await openFileStorage({ directory });
  await createAll(storage, ...keys);
  await storage.close();
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

t.test('writes of one batch share one write to the journal, and nobody waits for files', async (t) => {
  const { storage, disk } = await openFaulty(t.testdir());
  await createAll(storage, key, 'core/secrets/default/a');
  // What the files need may take as long as it likes.
  const gate = Promise.withResolvers<void>();
  disk.writeFile = (path, text) => gate.promise.then(() => nodeFileSystem.writeFile(path, text));
  disk.done.length = 0;
  const keys = Array.from({ length: 50 }, (_, n) => `core/${n % 2 ? 'secrets' : 'configmaps'}/default/n${n}`);
  await Promise.all([...keys.map((each) => storage.create(each, newObject(each))), storage.delete(key)]);
  const count = (operation: FileOperation): number => disk.done.filter((each) => each.operation === operation).length;
  t.equal(count('writeLog'), 1);
  for (let n = 1; n <= 20; n++) {
    await storage.guaranteedUpdate('core/secrets/default/a', (current) => withValue(current, n));
  }
  t.equal(count('writeLog'), 21);
  gate.resolve();
  await storage.close();
  t.equal(count('unlink'), 2, 'the object that was deleted, and the journal');
  const renamed = disk.done.filter(
    ({ operation, path }) => operation === 'rename' && path.endsWith('secrets/default/a.json'),
  );
  t.ok(renamed.length <= 2, 'several writes of one key write its file once');
});

t.test('the journal has its name before the first answer, and files are on the disk before it goes', async (t) => {
  const { storage, disk } = await openFaulty(t.testdir());
  await createAll(storage, key);
  const steps = (): string[] => disk.done.map(({ operation, path }) => `${operation} ${basename(path)}`);
  const root = basename(dirname(disk.done.find(({ operation }) => operation === 'openLog')?.path ?? ''));
  t.same(steps().slice(1, 8), [
    'writeFile .1.tmp',
    'syncFile .1.tmp',
    'rename .revision.json',
    `syncFolder ${root}`,
    'openLog .journal-1',
    'writeLog .journal-1',
    `syncFolder ${root}`,
  ]);
  await storage.close();
  const after = steps().slice(8);
  const place = (step: string): number => after.indexOf(step);
  t.ok(place('rename a.json') < place('syncFile a.json'));
  for (const synced of ['syncFile a.json', 'syncFolder default', 'syncFolder configmaps', 'syncFolder core']) {
    t.ok(place(synced) !== -1 && place(synced) < place('unlink .journal-1'), synced);
  }
});

t.test('a write that fails anywhere changes nothing, says why, and works again later', async (t) => {
  const table: [where: FileOperation, code: string, words: RegExp][] = [
    ['writeLog', 'ENOSPC', /a\.json could not be written: the disk is full \(ENOSPC\); nothing was changed/],
    ['writeLog', 'EROFS', /the file system is read-only \(EROFS\)/],
    ['writeLog', 'EIO', /the disk reports an error \(EIO\)/],
    ['writeLog', 'EWEIRD', /EWEIRD: injected/],
    ['openLog', 'EACCES', /permission is denied \(EACCES\)/],
    ['openLog', 'EMFILE', /too many files open \(EMFILE\)/],
    ['syncFolder', 'EIO', /the disk reports an error \(EIO\)/],
  ];
  for (const [where, code, words] of table) {
    for (const isFirst of [true, false]) {
      // Only the first write of a journal makes a file.
      if (!isFirst && where !== 'writeLog') continue;
      const directory = t.testdir();
      await fill(directory, key);
      const { storage, disk, reports } = await openFaulty(directory);
      if (!isFirst) await createAll(storage, 'core/secrets/default/x');
      const sink = newRecordingSink();
      await storage.watch('', sink, { after: await storage.revision(), signal: new AbortController().signal });
      const before = await storage.list('');
      disk.failing = (operation, path) =>
        operation === where && (where !== 'syncFolder' || path === directory) ? code : undefined;
      const failure = { name: 'StorageError', code: 'WriteFailed', key, message: words, cause: { code } };
      await t.rejects(
        storage.guaranteedUpdate(key, (current) => withValue(current, 'lost')),
        failure,
        `${where} ${code}`,
      );
      await t.rejects(storage.delete(key), failure);
      disk.failing = undefined;
      t.same(await storage.list(''), before);
      t.same(sink.events, []);
      t.same(reports, []);
      const updated = await storage.guaranteedUpdate(key, (current) => withValue(current, 'kept'));
      await createAll(storage, other);
      t.equal(sink.events.length, 2);
      disk.dead = true;
      const reopened = await openFileStorage({ directory });
      t.same(await reopened.get(key), updated, 'what was refused did not come back');
      await reopened.close();
    }
  }
});

t.test('what was refused does not come back, even when it cannot be cut off the journal', async (t) => {
  const directory = t.testdir();
  const { storage, disk } = await openFaulty(directory);
  await createAll(storage, key);
  const path = join(directory, '.journal-1');
  const size = (await readFile(path)).length;
  const refused = encodeRecord({ highest: 99 }, [encodeChange(key, undefined)]);
  disk.failing = (operation) => (operation === 'writeLog' || operation === 'truncateLog' ? 'EIO' : undefined);
  await t.rejects(storage.delete(key), { code: 'WriteFailed' });
  // It did reach the disk, although that said otherwise.
  const content = await readFile(path);
  const end = content.lastIndexOf('\n') + 1;
  refused.copy(content, end);
  t.equal(content.length, size);
  await writeFile(path, content);
  disk.failing = undefined;
  await createAll(storage, other);
  disk.dead = true;
  const reopened = await openFaulty(directory);
  t.equal((await reopened.storage.list('')).items.length, 2);
  t.same(reopened.reports, []);
  await reopened.storage.close();
});

t.test('of a batch only the writes whose files could not be are refused', async (t) => {
  const { storage } = await openFaulty(t.testdir());
  const long = `${'g'.repeat(300)}/things/default/a`;
  const results = await Promise.allSettled([key, long, other].map((each) => storage.create(each, newObject(each))));
  t.match(results, [
    { status: 'fulfilled' },
    { reason: { code: 'WriteFailed', message: /the name is too long for the file system \(ENAMETOOLONG\)/ } },
    { status: 'fulfilled' },
  ]);
  t.equal((await storage.list('')).items.length, 2);
  await storage.close();
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
  t.match(reports, [
    { kind: 'FileBehind' },
    { kind: 'JournalKept', sentence: /the file system is read-only \(EROFS\)/ },
  ]);
  const reopened = await openFileStorage({ directory });
  t.equal((await reopened.list('')).items.length, 1);
  await reopened.close();
});

t.test('an exact revision that cannot be kept is reported', async (t) => {
  const { storage, disk, reports } = await openFaulty(t.testdir());
  await createAll(storage, key);
  disk.failing = (operation, path) => (operation === 'rename' && path.endsWith('.revision.json') ? 'EROFS' : undefined);
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
  // More than the room that the journal has made for itself.
  const large = 'x'.repeat(100_000);
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
