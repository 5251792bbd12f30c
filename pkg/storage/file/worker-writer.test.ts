import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { filesOf, putFile } from '../testing/directory.ts';
import { newObject, valueOf, withValue } from '../testing/fixtures.ts';
import { openFileStorage } from './file-storage.ts';
import type { FileState, ObjectWriter } from './object-writer.ts';
import { syncEverything } from './sync-everything.ts';
import { WorkerWriter } from './worker-writer.ts';

/** Remembers what it was given, and writes nothing. */
function newIdleWriter(): ObjectWriter & { readonly given: FileState[] } {
  const given: FileState[] = [];
  return {
    given,
    async write(states) {
      given.push(...states);
      return new Map();
    },
    close: async () => undefined,
  };
}

function statesIn(directory: string, count: number): FileState[] {
  return Array.from({ length: count }, (_, n) => {
    const key = `core/configmaps/default/n${n}`;
    return { path: join(directory, `${key}.json`), object: newObject(key, n) };
  });
}

t.test('many files are written by a thread, as others would be written', async (t) => {
  const directory = t.testdir();
  const fallback = newIdleWriter();
  const writer = new WorkerWriter(fallback);
  const states = statesIn(directory, 100);
  t.same(await writer.write(states), new Map());
  t.same(fallback.given, []);
  const [{ path, object } = { path: '', object: undefined }] = states;
  t.equal(await readFile(path, 'utf8'), `${JSON.stringify(object, null, 2)}\n`);
  t.equal((await stat(path)).mode & 0o777, 0o600);
  t.equal((await stat(join(directory, 'core/configmaps'))).mode & 0o777, 0o700);
  // Folders that are removed by hand are made again; what is gone already is as good as removed.
  await rm(join(directory, 'core'), { recursive: true });
  const later = states.map((state, n) => (n % 2 === 0 ? state : { ...state, object: undefined }));
  t.same(await writer.write(later), new Map());
  t.equal((await filesOf(directory)).length, 50);
  await writer.close();
});

t.test('what fails in the thread is told with its code, and leaves nothing behind', async (t) => {
  const directory = t.testdir();
  const writer = new WorkerWriter(newIdleWriter());
  const states = statesIn(directory, 100);
  await mkdir(states[3]?.path ?? '', { recursive: true });
  await mkdir(join(directory, 'blocked'));
  await putFile(directory, 'blocked/file', 'in the place of a folder');
  const blocked = { path: join(directory, 'blocked/file/x.json'), object: newObject('core/configmaps/x') };
  const failures = await writer.write([...states, blocked]);
  t.match(
    [...failures],
    [
      [states[3]?.path, { code: 'EISDIR' }],
      [blocked.path, { code: 'ENOTDIR' }],
    ],
  );
  t.equal((await filesOf(directory)).length, 100);
  await writer.close();
});

t.test('without a thread files are written otherwise, and few files always are', async (t) => {
  const fallback = newIdleWriter();
  const writer = new WorkerWriter(fallback);
  await writer.write(statesIn(t.testdir(), 10));
  t.equal(fallback.given.length, 10);
  // What cannot be told to a thread ends it.
  const untellable = statesIn(t.testdir(), 40).map((state, n) => (n === 0 ? { ...state, path: () => '' } : state));
  await writer.write(untellable as unknown as FileState[]);
  t.equal(fallback.given.length, 50);
  await writer.write(statesIn(t.testdir(), 40));
  t.equal(fallback.given.length, 90);
  await writer.close();
});

t.test('thousands of writes end up in files, whichever way they went', async (t) => {
  const directory = t.testdir();
  const storage = await openFileStorage({ directory, checkpoint: { bytes: 100_000, ms: 50 } });
  const keys = Array.from({ length: 2000 }, (_, n) => `core/configmaps/default/n${n}`);
  await Promise.all(keys.map((key) => storage.create(key, newObject(key))));
  await Promise.all(keys.slice(0, 1000).map((key) => storage.delete(key)));
  await Promise.all(keys.slice(1000).map((key) => storage.guaranteedUpdate(key, (object) => withValue(object, 1))));
  await storage.close();
  const files = (await filesOf(directory)).filter((file) => !file.startsWith('.'));
  t.same(
    files,
    keys
      .slice(1000)
      .map((key) => `${key}.json`)
      .toSorted(),
  );
  const reopened = await openFileStorage({ directory });
  t.ok((await reopened.list('')).items.every((item) => valueOf(item) === 1));
  await reopened.close();
});

t.test('folders that cannot be looked at are not said to be synced', async (t) => {
  t.equal(await syncEverything([join(t.testdir(), 'missing')]), false);
});
