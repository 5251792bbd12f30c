import { type FileSystem, nodeFileSystem } from '../file/file-system.ts';
import type { LogFile } from '../file/log-file.ts';

/** What can be done to files. */
export type FileOperation = keyof FileSystem | 'writeLog' | 'truncateLog';

/** A file system that counts what is done, and fails where it is told to. */
export interface FaultyFileSystem extends FileSystem {
  readonly done: { operation: FileOperation; path: string }[];
  /** Fails operations of this kind with this code as long as the test holds. */
  failing: ((operation: FileOperation, path: string) => string | undefined) | undefined;
  /** Nothing is done any more, and nothing answered: the process is as good as dead. */
  dead: boolean;
}

/** Makes a file system that fails on demand. */
export function newFaultyFileSystem(): FaultyFileSystem {
  const watched = async <T>(operation: FileOperation, path: string, run: () => Promise<T>): Promise<T> => {
    if (faulty.dead) return new Promise<never>(() => undefined);
    faulty.done.push({ operation, path });
    const code = faulty.failing?.(operation, path);
    if (code !== undefined) throw Object.assign(new Error(`${code}: injected`), { code });
    return run();
  };
  const faulty: FaultyFileSystem = {
    ...nodeFileSystem,
    done: [],
    failing: undefined,
    dead: false,
    writeFile: (path, text) => watched('writeFile', path, () => nodeFileSystem.writeFile(path, text)),
    syncFile: (path) => watched('syncFile', path, () => nodeFileSystem.syncFile(path)),
    rename: (from, to) => watched('rename', to, () => nodeFileSystem.rename(from, to)),
    unlink: (path) => watched('unlink', path, () => nodeFileSystem.unlink(path)),
    makeFolder: (path) => watched('makeFolder', path, () => nodeFileSystem.makeFolder(path)),
    syncFolder: (path) => watched('syncFolder', path, () => nodeFileSystem.syncFolder(path)),
    syncEverything: (folders) =>
      watched('syncEverything', folders[0] ?? '', () => nodeFileSystem.syncEverything(folders)),
    openLog: (path) =>
      watched('openLog', path, async () => {
        const log = await nodeFileSystem.openLog(path);
        const faultyLog: LogFile = {
          write: (data, position) => watched('writeLog', path, () => log.write(data, position)),
          truncate: (length) => watched('truncateLog', path, () => log.truncate(length)),
          close: () => log.close(),
        };
        return faultyLog;
      }),
  };
  return faulty;
}
