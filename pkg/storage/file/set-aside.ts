import { dirname, join } from 'node:path';
import type { StorageReporter } from '../engine/report.ts';
import type { FileSystem } from './file-system.ts';
import { toReason } from './write-failure.ts';

/** Folder for what was moved out of the way, inside the directory. */
export const setAsideFolder = '.set-aside';

/** Where to set things aside. */
export interface SetAsideOptions {
  readonly fileSystem: FileSystem;
  readonly directory: string;
  readonly report: StorageReporter;
}

/**
 * Moves a file or folder out of the way, keeping its relative path and whatever was set aside before, and reports it.
 * Answers false when it had to be left where it is.
 */
export async function setAside(options: SetAsideOptions, path: string, why: string): Promise<boolean> {
  const { fileSystem, directory, report } = options;
  const from = join(directory, path);
  try {
    const to = await freePath(fileSystem, join(directory, setAsideFolder, path));
    await fileSystem.makeFolder(dirname(to));
    await fileSystem.rename(from, to);
    report({ kind: 'SetAside', path: from, sentence: `${from} ${why}; it was moved to ${to}` });
    return true;
  } catch (error) {
    const sentence = `${from} ${why}; it was left there, because it could not be moved: ${toReason(error)}`;
    report({ kind: 'LeftInPlace', path: from, sentence, error });
    return false;
  }
}

async function freePath(fileSystem: FileSystem, path: string): Promise<string> {
  let free = path;
  for (let number = 1; await fileSystem.exists(free); number++) free = `${path}.${number}`;
  return free;
}
