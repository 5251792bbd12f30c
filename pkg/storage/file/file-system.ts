import * as fs from 'node:fs';
import { lstat, mkdir, readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { type LogFile, openLogFile } from './log-file.ts';
import { syncEverything } from './sync-everything.ts';

/** What a folder holds. Links, sockets and the like are `other`. */
export interface FolderEntry {
  readonly name: string;
  readonly type: 'file' | 'folder' | 'other';
}

/** The few operations on files that the driver needs. Failures are those of `node:fs`, with their `code`. */
export interface FileSystem {
  readFile(path: string): Promise<string>;
  readBytes(path: string): Promise<Buffer>;
  readFolder(path: string): Promise<FolderEntry[]>;
  exists(path: string): Promise<boolean>;
  /** Writes a whole file with mode 0600. It is on the disk when it has been synced. */
  writeFile(path: string, text: string): Promise<void>;
  /** Waits until the content of a file is on the disk. */
  syncFile(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Makes a folder with mode 0700, and those above it. Answers with the topmost folder made, if any. */
  makeFolder(path: string): Promise<string | undefined>;
  /** Waits until the names in a folder are on the disk. */
  syncFolder(path: string): Promise<void>;
  /**
   * Waits until everything that these folders hold is on the disk, folders in them apart, when the system can be asked for that.
   * Answers false when it cannot: then each file has to be synced.
   */
  syncEverything(folders: readonly string[]): Promise<boolean>;
  /** Makes a file, with mode 0600, to be written piece by piece. Fails when there is one. */
  openLog(path: string): Promise<LogFile>;
}

// Done for every object: the promises of `node:fs/promises`, with a handle each, cost half as much again.
const readFile = promisify(fs.readFile);
const writeFile = promisify(fs.writeFile);
const rename = promisify(fs.rename);
const unlink = promisify(fs.unlink);
const open = promisify(fs.open);
const sync = promisify(fs.fsync);
const close = promisify(fs.close);

/** The file system of this machine. */
export const nodeFileSystem: FileSystem = {
  readFile: (path) => readFile(path, 'utf8'),
  readBytes: (path) => readFile(path),
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
  writeFile: (path, text) => writeFile(path, text, { mode: 0o600 }),
  syncFile: syncPath,
  rename,
  unlink,
  makeFolder: (path) => mkdir(path, { recursive: true, mode: 0o700 }),
  syncFolder: syncPath,
  syncEverything,
  openLog: openLogFile,
};

async function syncPath(path: string): Promise<void> {
  const descriptor = await open(path, 'r');
  try {
    await sync(descriptor);
  } finally {
    await close(descriptor);
  }
}

/** The code of a system error, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
