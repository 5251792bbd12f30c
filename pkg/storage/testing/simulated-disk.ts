import { basename, dirname } from 'node:path';
import type { FileSystem, FolderEntry } from '../file/file-system.ts';
import type { LogFile } from '../file/log-file.ts';

/** What ends a machine's day: the process is killed, or the power goes and what was not synced is at risk. */
export type Crash = 'kill' | 'power';

/** A disk in memory, which forgets as real ones do. */
export interface SimulatedDisk {
  readonly fileSystem: FileSystem;
  /** Fails operations of this kind with this code as long as the test holds. */
  failing: ((operation: string, path: string) => string | undefined) | undefined;
  /** Nothing comes back from the disk after so many more changes; the last one happens in part, or not at all. */
  dieAfter(changes: number): void;
  /** Resolves when the disk has died. */
  readonly died: Promise<void>;
  /** The disk after a restart. */
  restart(crash: Crash): SimulatedDisk;
  /** Paths of all files. */
  files(): string[];
}

/** A file: what programs see, and what is on the disk for sure. */
interface File {
  seen: Buffer;
  kept: Buffer;
}

/** A folder: the names that programs see, and those that are on the disk for sure. */
interface Folder {
  readonly seen: Map<string, File | Folder>;
  readonly kept: Map<string, File | Folder>;
}

/** Makes an empty disk. `random` answers in [0, 1). */
export function newSimulatedDisk(random: () => number): SimulatedDisk {
  return toDisk(newFolder(), random);
}

function toDisk(root: Folder, random: () => number): SimulatedDisk {
  const death = Promise.withResolvers<void>();
  let changesLeft = Number.POSITIVE_INFINITY;
  let dead = false;
  const lost = new Set<File>();

  /** Answers a program, or lets it wait for ever. */
  async function read<T>(operation: string, path: string, run: (isFailing: boolean) => T | Promise<T>): Promise<T> {
    await Promise.resolve();
    if (dead) return new Promise<never>(() => undefined);
    const code = disk.failing?.(operation, path);
    if (code === undefined) return run(false);
    // A write that is said to have failed may have left something.
    if (operation === 'writeLog' && random() < 0.5) void run(true);
    // As in life: the system drops what it could not write, and the next sync has nothing to do.
    if (operation === 'syncFile') lost.add(fileAt(root, path));
    throw fail(code, path);
  }

  /** Changes something, unless this is where everything ends. */
  function change<T>(operation: string, path: string, run: (whole: boolean) => T): Promise<T> {
    return read(operation, path, (isFailing) => {
      if (isFailing) return run(random() < 0.5);
      if (--changesLeft > 0) return run(true);
      dead = true;
      death.resolve();
      if (random() < 0.5) run(random() < 0.5);
      return new Promise<never>(() => undefined);
    });
  }

  const fileSystem: FileSystem = {
    readFile: (path) => read('readFile', path, () => fileAt(root, path).seen.toString()),
    readBytes: (path) => read('readBytes', path, () => Buffer.from(fileAt(root, path).seen)),
    readFolder: (path) => read('readFolder', path, () => entriesOf(folderAt(root, path))),
    exists: (path) => read('exists', path, () => tryFind(root, path) !== undefined),
    writeFile: (path, text) =>
      change('writeFile', path, (whole) => {
        const content = Buffer.from(text);
        const file = newFile();
        file.seen = whole ? content : content.subarray(0, Math.floor(random() * content.length));
        folderAt(root, dirname(path)).seen.set(basename(path), file);
      }),
    syncFile: (path) =>
      change('syncFile', path, () => {
        const file = fileAt(root, path);
        if (!lost.has(file)) keep(file);
      }),
    rename: (from, to) =>
      change('rename', to, () => {
        const moved = find(root, from);
        if (tryFind(root, to) !== undefined && isFolder(find(root, to))) throw fail('EISDIR', to);
        folderAt(root, dirname(to)).seen.set(basename(to), moved);
        folderAt(root, dirname(from)).seen.delete(basename(from));
      }),
    unlink: (path) =>
      change('unlink', path, () => {
        find(root, path);
        folderAt(root, dirname(path)).seen.delete(basename(path));
      }),
    makeFolder: (path) => change('makeFolder', path, () => makeFolder(root, path)),
    syncFolder: (path) => change('syncFolder', path, () => keep(folderAt(root, path))),
    syncEverything: async () => false,
    openLog: (path) =>
      change('openLog', path, () => {
        if (tryFind(root, path) !== undefined) throw fail('EEXIST', path);
        const file = newFile();
        folderAt(root, dirname(path)).seen.set(basename(path), file);
        return toLog(file, path);
      }),
  };

  function toLog(file: File, path: string): LogFile {
    return {
      write: (data, position) =>
        change('writeLog', path, (whole) => {
          const taken = whole ? data : data.map((byte) => (random() < 0.999 ? byte : 0));
          const part = whole ? taken : taken.subarray(0, Math.floor(random() * (data.length + 1)));
          const grown = Buffer.alloc(Math.max(file.seen.length, position + part.length));
          file.seen.copy(grown);
          grown.set(part, position);
          file.seen = grown;
          file.kept = grown;
        }),
      truncate: (length) =>
        change('truncateLog', path, () => {
          file.kept = file.seen = file.seen.subarray(0, length);
        }),
      close: async () => undefined,
    };
  }

  const disk: SimulatedDisk = {
    fileSystem,
    failing: undefined,
    died: death.promise,
    dieAfter: (changes) => void (changesLeft = changes),
    restart(crash) {
      dead = true;
      return toDisk(survive(root, crash === 'power' ? random : undefined), random);
    },
    files: () => pathsOf(root, ''),
  };
  return disk;
}

/** What is left after a restart; `random` decides over what was not synced, if the power went. */
function survive(folder: Folder, random: (() => number) | undefined): Folder {
  const left = newFolder();
  for (const name of new Set([...folder.seen.keys(), ...folder.kept.keys()])) {
    const isSeen = random === undefined || random() < 0.5;
    const entry = (isSeen ? folder.seen : folder.kept).get(name);
    if (entry !== undefined) left.seen.set(name, isFolder(entry) ? survive(entry, random) : surviveFile(entry, random));
  }
  keep(left);
  return left;
}

function surviveFile({ seen, kept }: File, random: (() => number) | undefined): File {
  const parts = [seen, kept, Buffer.alloc(seen.length), seen.subarray(0, Math.floor(seen.length / 2)), Buffer.alloc(0)];
  const isKept = random === undefined || seen.equals(kept);
  const content = isKept ? seen : (parts[Math.floor(random() * parts.length)] ?? seen);
  return { seen: content, kept: content };
}

function newFile(): File {
  return { seen: Buffer.alloc(0), kept: Buffer.alloc(0) };
}

function newFolder(): Folder {
  return { seen: new Map(), kept: new Map() };
}

function isFolder(entry: File | Folder): entry is Folder {
  return entry.seen instanceof Map;
}

function keep(entry: File | Folder): void {
  if (!isFolder(entry)) {
    entry.kept = entry.seen;
    return;
  }
  entry.kept.clear();
  for (const [name, each] of entry.seen) entry.kept.set(name, each);
}

function tryFind(root: Folder, path: string): File | Folder | undefined {
  let at: File | Folder | undefined = root;
  for (const name of path.split('/').filter((each) => each !== '')) {
    if (at === undefined) return undefined;
    if (!isFolder(at)) throw fail('ENOTDIR', path);
    at = at.seen.get(name);
  }
  return at;
}

function find(root: Folder, path: string): File | Folder {
  const found = tryFind(root, path);
  if (found === undefined) throw fail('ENOENT', path);
  return found;
}

function fileAt(root: Folder, path: string): File {
  const found = find(root, path);
  if (isFolder(found)) throw fail('EISDIR', path);
  return found;
}

function folderAt(root: Folder, path: string): Folder {
  const found = find(root, path);
  if (!isFolder(found)) throw fail('ENOTDIR', path);
  return found;
}

function makeFolder(root: Folder, path: string): string | undefined {
  let topmost: string | undefined;
  let at = root;
  let walked = '';
  for (const name of path.split('/').filter((each) => each !== '')) {
    walked += `/${name}`;
    if (!at.seen.has(name)) {
      topmost ??= walked;
      at.seen.set(name, newFolder());
    }
    at = folderAt(root, walked);
  }
  return topmost;
}

function entriesOf(folder: Folder): FolderEntry[] {
  return [...folder.seen].map(([name, entry]) => ({ name, type: isFolder(entry) ? 'folder' : 'file' }));
}

function pathsOf(folder: Folder, prefix: string): string[] {
  return [...folder.seen].flatMap(([name, entry]) =>
    isFolder(entry) ? pathsOf(entry, `${prefix}/${name}`) : [`${prefix}/${name}`],
  );
}

function fail(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
