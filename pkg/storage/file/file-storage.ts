import { dirname, resolve } from 'node:path';
import { newEngine } from '../engine/engine.ts';
import { type StorageReporter, toSafeReporter } from '../engine/report.ts';
import { StorageError } from '../errors.ts';
import type { Storage } from '../interface.ts';
import { FilePersistence } from './file-persistence.ts';
import { type FileSystem, nodeFileSystem } from './file-system.ts';
import { newTemporaryNames } from './json-file.ts';
import { loadObjects } from './load-objects.ts';
import { RevisionKeeper } from './revision-keeper.ts';
import { toReason } from './write-failure.ts';

/** Where and how a file storage works. */
export interface FileStorageOptions {
  /** Folder of the objects; made when missing. Only one process may use it at a time, which the caller has to ensure. */
  readonly directory: string;
  /** Told what an operator should know, such as files that were set aside. */
  readonly report?: StorageReporter;
  /** How many events can be watched again, and listed exactly. Default: 10,000. */
  readonly watchWindow?: number;
  /** Default: the file system of this machine. */
  readonly fileSystem?: FileSystem;
}

/**
 * Opens a storage that keeps one JSON file an object, `<group>/<resource>/[<namespace>/]<name>.json`. What it has acknowledged
 * survives the death of the process and the loss of power. A file that is torn or foreign is set aside and reported. Throws
 * `Unreachable` when the directory cannot be made or read.
 */
export async function openFileStorage(options: FileStorageOptions): Promise<Storage> {
  const { fileSystem = nodeFileSystem, watchWindow } = options;
  const report = toSafeReporter(options.report);
  const directory = resolve(options.directory);
  const place = { fileSystem, directory, report };
  const newTemporaryName = newTemporaryNames();
  try {
    await makeDirectory(fileSystem, directory);
    const loaded = await loadObjects(place);
    const revisions = new RevisionKeeper(place, newTemporaryName);
    const revision = await revisions.start(loaded);
    const { objects, untouchable } = loaded;
    const persistence = new FilePersistence({ ...place, revisions, newTemporaryName, untouchable });
    return newEngine({ revision, objects, persistence, report, ...(watchWindow !== undefined && { watchWindow }) });
  } catch (cause) {
    throw new StorageError('Unreachable', directory, { detail: `it cannot be used: ${toReason(cause)}`, cause });
  }
}

/** Makes the directory, and makes its name durable. */
async function makeDirectory(fileSystem: FileSystem, directory: string): Promise<void> {
  const topmost = await fileSystem.makeFolder(directory);
  if (topmost === undefined) return;
  for (let folder = directory; folder.length >= topmost.length;)
    await fileSystem.syncFolder((folder = dirname(folder)));
}
