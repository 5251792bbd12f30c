import { type FileSystem, nodeFileSystem } from '../file/file-system.ts';

/** What can be done to files. */
export type FileOperation = keyof FileSystem;

/** A file system that counts what is done, and fails where it is told to. */
export interface FaultyFileSystem extends FileSystem {
  readonly done: { operation: FileOperation; path: string }[];
  /** Fails operations of this kind with this code as long as the test holds. */
  failing: ((operation: FileOperation, path: string) => string | undefined) | undefined;
}

/** Makes a file system that fails on demand. */
export function newFaultyFileSystem(): FaultyFileSystem {
  const faulty: FaultyFileSystem = { ...nodeFileSystem, done: [], failing: undefined };
  const watched = (operation: FileOperation, path: string): void => {
    faulty.done.push({ operation, path });
    const code = faulty.failing?.(operation, path);
    if (code !== undefined) throw Object.assign(new Error(`${code}: injected`), { code });
  };
  return Object.assign(faulty, {
    async writeFile(path: string, text: string) {
      watched('writeFile', path);
      await nodeFileSystem.writeFile(path, text);
    },
    async rename(from: string, to: string) {
      watched('rename', to);
      await nodeFileSystem.rename(from, to);
    },
    async unlink(path: string) {
      watched('unlink', path);
      await nodeFileSystem.unlink(path);
    },
    async makeFolder(path: string) {
      watched('makeFolder', path);
      return nodeFileSystem.makeFolder(path);
    },
    async syncFolder(path: string) {
      watched('syncFolder', path);
      await nodeFileSystem.syncFolder(path);
    },
  });
}
