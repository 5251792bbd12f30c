import { dirname, resolve } from 'node:path';
import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { newEngine } from '../engine/engine.ts';
import { type StorageReporter, toSafeReporter } from '../engine/report.ts';
import { StorageError } from '../errors.ts';
import type { Storage } from '../interface.ts';
import type { CheckpointLimits } from './checkpointer.ts';
import { FilePersistence } from './file-persistence.ts';
import { type FileSystem, nodeFileSystem } from './file-system.ts';
import { Journal } from './journal.ts';
import { newTemporaryNames } from './json-file.ts';
import { type LoadedObjects, loadObjects } from './load-objects.ts';
import { ObjectFiles } from './object-files.ts';
import type { ObjectWriter, ObjectWriterOptions } from './object-writer.ts';
import { newPoolWriter } from './pool-writer.ts';
import { type FoundJournal, readJournal, toJournaledPaths } from './read-journal.ts';
import { type RevisionHints, RevisionKeeper } from './revision-keeper.ts';
import { WorkerWriter } from './worker-writer.ts';
import { toReason } from './write-failure.ts';

const defaultLimits: CheckpointLimits = { bytes: 16 << 20, ms: 60_000 };

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
  /** When the journal is taken away because the files have what it has. Default: at 16 MB, and after a minute. */
  readonly checkpoint?: Partial<CheckpointLimits>;
}

/**
 * Opens a storage that keeps one JSON file an object, `<group>/<resource>/[<namespace>/]<name>.json`. What it has acknowledged
 * survives the death of the process and the loss of power: it is in a journal beside the files, `.journal-<number>`, which they
 * follow within milliseconds. After `close` there is no journal, and the files may be edited. A file that is torn or foreign is
 * set aside and reported. Throws `Unreachable` when the directory cannot be made or read.
 */
export async function openFileStorage(options: FileStorageOptions): Promise<Storage> {
  const { fileSystem = nodeFileSystem, watchWindow } = options;
  const report = toSafeReporter(options.report);
  const directory = resolve(options.directory);
  const limits = { ...defaultLimits, ...options.checkpoint };
  const place = { fileSystem, directory, report };
  const newTemporaryName = newTemporaryNames();
  try {
    await makeDirectory(fileSystem, directory);
    const found = await readJournal(place);
    const loaded = await loadObjects(place, toJournaledPaths(found.states));
    const revisions = new RevisionKeeper(place, newTemporaryName);
    const revision = await revisions.start(toHints(loaded, found));
    const journal = new Journal(place, { segments: found.segments, highest: revision });
    const files = new ObjectFiles({ ...place, writer: newWriter({ fileSystem, newTemporaryName }) });
    const { untouchable } = loaded;
    const persistence = new FilePersistence({ ...place, revisions, journal, files, untouchable, limits });
    persistence.catchUp(found.states.values());
    const objects = toObjects(loaded, found);
    return newEngine({ revision, objects, persistence, report, ...(watchWindow !== undefined && { watchWindow }) });
  } catch (cause) {
    throw new StorageError('Unreachable', directory, { detail: `it cannot be used: ${toReason(cause)}`, cause });
  }
}

/** A thread knows the file system of this machine only. */
function newWriter(options: ObjectWriterOptions): ObjectWriter {
  const fallback = newPoolWriter(options);
  return options.fileSystem === nodeFileSystem ? new WorkerWriter(fallback) : fallback;
}

/** The journal may be ahead of the files. */
function toHints({ revision, used }: LoadedObjects, { highest, segments }: FoundJournal): RevisionHints {
  return { revision: Math.max(revision, highest), used: used || segments.length > 0 };
}

function toObjects({ objects }: LoadedObjects, { states }: FoundJournal): ReadonlyMap<string, KubernetesObject> {
  const merged = new Map(objects);
  for (const { key, object } of states.values()) {
    if (object === undefined) merged.delete(key);
    else merged.set(key, object);
  }
  return merged;
}

/** Makes the directory, and makes its name durable. */
async function makeDirectory(fileSystem: FileSystem, directory: string): Promise<void> {
  const topmost = await fileSystem.makeFolder(directory);
  if (topmost === undefined) return;
  for (let folder = directory; folder.length >= topmost.length;)
    await fileSystem.syncFolder((folder = dirname(folder)));
}
