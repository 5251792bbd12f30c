import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { StorageReport } from '../engine/report.ts';
import type { Storage } from '../interface.ts';
import { filesOf, putFile } from '../testing/directory.ts';
import { newFaultyFileSystem } from '../testing/faulty-file-system.ts';
import { createAll, newObject, revisionOf, valueOf, withValue } from '../testing/fixtures.ts';
import { openFileStorage } from './file-storage.ts';
import { nodeFileSystem } from './file-system.ts';
import { encodeChange, encodeRecord } from './journal-record.ts';

const key = 'core/configmaps/default/a';
const other = 'core/configmaps/default/b';

async function open(directory: string): Promise<{ storage: Storage; reports: StorageReport[] }> {
  const reports: StorageReport[] = [];
  return { storage: await openFileStorage({ directory, report: (report) => reports.push(report) }), reports };
}

/** What is there after the next start, and what is reported. */
async function reopen(directory: string): Promise<{ items: readonly KubernetesObject[]; reports: StorageReport[] }> {
  const { storage, reports } = await open(directory);
  const { items } = await storage.list('');
  await storage.close();
  return { items, reports };
}

/** Writes through a storage whose process dies before any file is written. Answers with what was acknowledged. */
async function writeAndDie(
  directory: string,
  write: (storage: Storage) => Promise<void>,
): Promise<readonly KubernetesObject[]> {
  const fileSystem = newFaultyFileSystem();
  fileSystem.writeFile = (path, text) =>
    path.includes('/core/') ? new Promise<never>(() => undefined) : nodeFileSystem.writeFile(path, text);
  const storage = await openFileStorage({ directory, fileSystem });
  await write(storage);
  fileSystem.dead = true;
  return (await storage.list('')).items;
}

/** A journal of one segment with three records. */
async function writeThree(directory: string): Promise<readonly KubernetesObject[]> {
  return writeAndDie(directory, async (storage) => {
    await createAll(storage, key, other);
    await storage.guaranteedUpdate(key, (current) => withValue(current, 'new'));
  });
}

async function segmentOf(directory: string): Promise<Buffer> {
  const content = await readFile(join(directory, '.journal-1'));
  return content.subarray(0, content.lastIndexOf('\n') + 1);
}

t.test('the journal brings back what no file has, and mends files that are torn', async (t) => {
  const directory = t.testdir();
  const items = await writeThree(directory);
  t.same(await filesOf(directory), ['.journal-1', '.revision.json']);
  await putFile(directory, `${key}.json`, '{"torn');
  await putFile(directory, `${other}.json`, '\0\0\0');
  t.same(await reopen(directory), { items, reports: [] });
  t.same(await filesOf(directory), ['.revision.json', `${key}.json`, `${other}.json`]);
  t.same(await reopen(directory), { items, reports: [] });
});

t.test('what was deleted does not come back from its file', async (t) => {
  const directory = t.testdir();
  const first = await open(directory);
  await createAll(first.storage, key, other);
  await first.storage.close();
  let last = 0;
  const items = await writeAndDie(directory, async (storage) => {
    await storage.guaranteedUpdate(other, (current) => withValue(current, 'new'));
    last = revisionOf(await storage.delete(key));
  });
  const second = await open(directory);
  t.same((await second.storage.list('')).items, items);
  t.ok((await second.storage.revision()) >= last);
  await second.storage.close();
  t.same(await filesOf(directory), ['.revision.json', `${other}.json`]);
});

t.test('a record that was cut short is passed over in silence, wherever it was cut', async (t) => {
  const directory = t.testdir();
  const items = await writeThree(directory);
  const whole = await segmentOf(directory);
  const lastRecord = whole.lastIndexOf('\n', whole.length - 2) + 1;
  for (let length = lastRecord; length < whole.length; length += 7) {
    await putFile(directory, '.journal-1', whole.subarray(0, length).toString());
    const found = await reopen(directory);
    t.same(found.reports, []);
    t.same(found.items.map(valueOf), [0, 0]);
    await putFile(directory, '.journal-1', '');
  }
  // The end of the record reached the disk, its beginning did not.
  await writeFile(join(directory, '.journal-1'), Buffer.from(whole).fill(0, lastRecord, lastRecord + 50));
  t.same((await reopen(directory)).reports, []);
  await writeFile(join(directory, '.journal-1'), whole);
  t.same((await reopen(directory)).items, items);
});

t.test('a flipped bit is never believed, reported unless it is in the last record, and costs one record', async (t) => {
  const directory = t.testdir();
  await writeThree(directory);
  const whole = await segmentOf(directory);
  const lastRecord = whole.lastIndexOf('\n', whole.length - 2) + 1;
  for (let at = 3; at < whole.length; at += 23) {
    const place = t.testdir();
    const damaged = Buffer.from(whole);
    damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
    await putFile(place, '.journal-1', '');
    await writeFile(join(place, '.journal-1'), damaged);
    const { items, reports } = await reopen(place);
    const isLast = at >= lastRecord;
    t.ok(items.length >= 1 && items.every((item) => [0, 'new'].includes(valueOf(item) as string | number)));
    const kinds = reports.map(({ kind }) => kind).filter((kind) => kind !== 'RevisionSkipped');
    t.same(kinds, isLast ? [] : ['JournalDamaged', 'SetAside'], `byte ${at}`);
    const isKept = (await filesOf(place)).includes('.set-aside/.journal-1');
    t.equal(isKept, !isLast, 'what was damaged can be looked at');
    t.same((await reopen(place)).reports, []);
  }
});

t.test('a segment that cannot be read does not stop the start, and is not lost', async (t) => {
  const directory = t.testdir();
  await writeThree(directory);
  const fileSystem = newFaultyFileSystem();
  fileSystem.readBytes = (path) => Promise.reject(Object.assign(new Error(path), { code: 'EIO' }));
  const reports: StorageReport[] = [];
  const storage = await openFileStorage({ directory, fileSystem, report: (report) => reports.push(report) });
  await createAll(storage, 'core/configmaps/default/c');
  await storage.close();
  t.match(reports, [
    { kind: 'JournalDamaged', sentence: /could not be read: the disk reports an error \(EIO\)/ },
    { kind: 'SetAside' },
  ]);
  t.same(await filesOf(directory), ['.revision.json', '.set-aside/.journal-1', 'core/configmaps/default/c.json']);
});

t.test('a segment before the last one must be whole', async (t) => {
  const directory = t.testdir();
  await writeThree(directory);
  const later = await writeAndDie(directory, async (storage) => {
    await createAll(storage, 'core/configmaps/default/c');
  });
  t.equal(later.length, 3);
  const segments = (await filesOf(directory)).filter((path) => path.startsWith('.journal-'));
  t.same(segments, ['.journal-1', '.journal-2']);
  const whole = await segmentOf(directory);
  await writeFile(join(directory, '.journal-1'), whole.subarray(0, -10));
  const { items, reports } = await reopen(directory);
  t.match(reports[0], { kind: 'JournalDamaged', path: join(directory, '.journal-1') });
  t.same(items.map(valueOf), [0, 0, 0]);
});

t.test('a start that is interrupted is begun again', async (t) => {
  const directory = t.testdir();
  const items = await writeThree(directory);
  for (const at of ['rename', 'syncFile', 'syncFolder', 'unlink'] as const) {
    const fileSystem = newFaultyFileSystem();
    fileSystem.failing = (operation) => {
      fileSystem.dead ||= operation === at;
      return undefined;
    };
    const storage = await openFileStorage({ directory, fileSystem });
    t.same((await storage.list('')).items, items);
    while (!fileSystem.dead) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  t.same(await reopen(directory), { items, reports: [] });
});

t.test('a journal of a hundred thousand writes is read at once', async (t) => {
  const directory = t.testdir();
  const records: Buffer[] = [];
  let revision = 1;
  for (let record = 0; record < 3000; record++) {
    const changes = Array.from({ length: 33 }, (_, n) => {
      const object = newObject(`core/configmaps/default/n${n}`, record);
      return encodeChange(`core/configmaps/default/n${n}`, {
        ...object,
        metadata: { ...object.metadata, resourceVersion: String(++revision) },
      });
    });
    records.push(encodeRecord({ highest: revision }, changes));
  }
  await putFile(directory, '.journal-7', Buffer.concat(records).toString());
  const started = performance.now();
  const { storage, reports } = await open(directory);
  t.ok(performance.now() - started < 5000);
  t.same(
    reports.filter(({ kind }) => kind !== 'RevisionSkipped'),
    [],
  );
  const { items } = await storage.list('');
  t.equal(items.length, 33);
  t.ok(items.every((item) => valueOf(item) === 2999));
  t.ok((await storage.revision()) >= revision);
  await createAll(storage, key);
  await storage.close();
  t.equal((await filesOf(directory)).length, 35);
});
