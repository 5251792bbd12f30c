import * as fs from 'node:fs';
import { lstat, mkdir, open, readdir } from 'node:fs/promises';
import { promisify } from 'node:util';

/** What a folder holds. Links, sockets and the like are `other`. */
export interface FolderEntry {
  readonly name: string;
  readonly type: 'file' | 'folder' | 'other';
}

/** The few operations on files that the driver needs. Failures are those of `node:fs`, with their `code`. */
export interface FileSystem {
  readFile(path: string): Promise<string>;
  readFolder(path: string): Promise<FolderEntry[]>;
  exists(path: string): Promise<boolean>;
  /** Writes a whole file with mode 0600 and waits until it is on the disk. */
  writeFile(path: string, text: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Makes a folder with mode 0700, and those above it. Answers with the topmost folder made, if any. */
  makeFolder(path: string): Promise<string | undefined>;
  /** Waits until the names in a folder are on the disk. */
  syncFolder(path: string): Promise<void>;
}

// Done for every object: the promises of `node:fs/promises`, with a handle each, cost half as much again.
const readFile = promisify(fs.readFile);
const writeFile = promisify(fs.writeFile);
const rename = promisify(fs.rename);
const unlink = promisify(fs.unlink);

/** The file system of this machine. */
export const nodeFileSystem: FileSystem = {
  readFile: (path) => readFile(path, 'utf8'),
  async readFolder(path) {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.map((entry) => ({
      name: entry.name,
      type: entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'other',
    }));
  },
  async exists(path) {
    try {
      await lstat(path);
      return true;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    }
  },
  writeFile: (path, text) => writeFile(path, text, { mode: 0o600, flush: true }),
  rename,
  unlink,
  makeFolder: (path) => mkdir(path, { recursive: true, mode: 0o700 }),
  async syncFolder(path) {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
};

/** The code of a system error, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
