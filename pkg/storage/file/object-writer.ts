import { dirname, join } from 'node:path';
import { Low } from 'lowdb';
import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { type FileSystem, codeOf } from './file-system.ts';
import { newJSONFile } from './json-file.ts';

/** A file and what it shall hold. */
export interface FileState {
  readonly path: string;
  /** Absent: there shall be no file. */
  readonly object: KubernetesObject | undefined;
}

/** Brings files into states. */
export interface ObjectWriter {
  /** Answers with the reasons of those that failed, by path. Each path is there but once. Not on the disk before it is synced. */
  write(states: readonly FileState[]): Promise<ReadonlyMap<string, unknown>>;
  close(): Promise<void>;
}

/** What an object writer works with. */
export interface ObjectWriterOptions {
  readonly fileSystem: FileSystem;
  readonly newTemporaryName: () => string;
}

/** Brings a file into a state: a new one is written beside it and renamed. */
export async function writeObject(options: ObjectWriterOptions, { path, object }: FileState): Promise<void> {
  const { fileSystem, newTemporaryName } = options;
  if (object === undefined) {
    try {
      await fileSystem.unlink(path);
    } catch (error) {
      // Removed by hand, or created and deleted in between.
      if (codeOf(error) !== 'ENOENT') throw error;
    }
    return;
  }
  const folder = dirname(path);
  const temporary = join(folder, newTemporaryName());
  const file = new Low<unknown>(newJSONFile({ fileSystem, path, temporary }), object);
  try {
    await file.write();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await fileSystem.makeFolder(folder);
    await file.write();
  }
}
