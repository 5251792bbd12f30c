import { dirname, join } from 'node:path';
import { Low } from 'lowdb';
import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { Change, Persistence } from '../engine/persistence.ts';
import { StorageError } from '../errors.ts';
import { codeOf } from './file-system.ts';
import { fileLanes, inParallel } from './in-parallel.ts';
import { newJSONFile } from './json-file.ts';
import { toObjectPath } from './object-path.ts';
import type { RevisionKeeper } from './revision-keeper.ts';
import type { SetAsideOptions } from './set-aside.ts';
import { toReason, toWriteFailure } from './write-failure.ts';

/** What a file persistence works with. */
export interface FilePersistenceOptions extends SetAsideOptions {
  readonly revisions: RevisionKeeper;
  readonly newTemporaryName: () => string;
  /** Relative paths over which nothing may be written. */
  readonly untouchable: ReadonlySet<string>;
}

/**
 * One JSON file an object. The files of a batch are written and synced in parallel, then each folder is synced once. When
 * that fails the former files are brought back, at once or before the next batch.
 */
export class FilePersistence implements Persistence {
  readonly #options: FilePersistenceOptions;
  /** Folders that are on the disk together with all folders above them. */
  readonly #durableFolders = new Set<string>();
  /** States that could not be brought back yet. */
  readonly #unrestored = new Map<string, KubernetesObject | undefined>();

  constructor(options: FilePersistenceOptions) {
    this.#options = options;
  }

  async commit(changes: readonly Change[], highest: number): Promise<ReadonlyMap<string, StorageError>> {
    const failed = new Map<string, StorageError>();
    const fail = (key: string, cause: unknown): void =>
      void failed.set(key, toWriteFailure(key, this.#pathOf(key), cause));
    await this.#restoreAll();
    try {
      await this.#options.revisions.reserve(highest);
    } catch (error) {
      for (const { key } of changes) fail(key, error);
      return failed;
    }
    const applied = new Map<Change, readonly string[]>();
    await inParallel(changes, fileLanes, async (change) => {
      try {
        applied.set(change, await this.#apply(change.key, change.next));
      } catch (error) {
        fail(change.key, error);
      }
    });
    const unsynced = await this.#sync(new Set([...applied.values()].flat()));
    for (const [change, folders] of applied) {
      const broken = folders.find((folder) => unsynced.has(folder));
      this.#unrestored.delete(change.key);
      if (broken === undefined) continue;
      fail(change.key, unsynced.get(broken));
      await this.#restore(change.key, change.previous);
    }
    return failed;
  }

  async close(revision: number): Promise<void> {
    await this.#restoreAll();
    // A file that should not be there may carry a greater revision: then the reserved one has to stand.
    if (this.#unrestored.size === 0) await this.#options.revisions.close(revision);
  }

  /** Brings a file into a state. Answers with the folders that have to be synced to make that durable. */
  async #apply(key: string, object: KubernetesObject | undefined): Promise<readonly string[]> {
    const path = this.#pathOf(key);
    if (object !== undefined) {
      this.#assertTouchable(key);
      await this.#write(path, object);
      return this.#foldersToSync(path);
    }
    try {
      await this.#options.fileSystem.unlink(path);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      // Removed by hand, or created and deleted within one batch.
      return [];
    }
    return this.#foldersToSync(path);
  }

  async #write(path: string, object: KubernetesObject): Promise<void> {
    const { fileSystem, newTemporaryName } = this.#options;
    const folder = dirname(path);
    const file = new Low<unknown>(
      newJSONFile({ fileSystem, path, temporary: join(folder, newTemporaryName()) }),
      object,
    );
    if (this.#durableFolders.has(folder)) {
      try {
        return await file.write();
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw error;
        // The folder was removed by hand.
        this.#durableFolders.clear();
      }
    }
    await fileSystem.makeFolder(folder);
    await file.write();
  }

  /** The folder of a file, and unless it is known to be durable those above it. */
  #foldersToSync(path: string): readonly string[] {
    const folders = [dirname(path)];
    if (this.#durableFolders.has(dirname(path))) return folders;
    for (let folder = dirname(path); folder !== this.#options.directory;) folders.push((folder = dirname(folder)));
    return folders;
  }

  /** Syncs folders. Answers with those that failed. */
  async #sync(folders: ReadonlySet<string>): Promise<ReadonlyMap<string, unknown>> {
    const failed = new Map<string, unknown>();
    await inParallel([...folders], fileLanes, async (folder) => {
      try {
        await this.#options.fileSystem.syncFolder(folder);
      } catch (error) {
        failed.set(folder, error);
      }
    });
    if (failed.size === 0) for (const folder of folders) this.#durableFolders.add(folder);
    return failed;
  }

  async #restoreAll(): Promise<void> {
    for (const [key, previous] of this.#unrestored) await this.#restore(key, previous);
  }

  async #restore(key: string, previous: KubernetesObject | undefined): Promise<void> {
    const isKnown = this.#unrestored.has(key);
    try {
      const failed = await this.#sync(new Set(await this.#apply(key, previous)));
      for (const error of failed.values()) throw error;
      this.#unrestored.delete(key);
    } catch (error) {
      this.#unrestored.set(key, previous);
      if (isKnown) return;
      const path = this.#pathOf(key);
      const sentence = `the former state of ${path} could not be brought back: ${toReason(error)}; it is tried again later`;
      this.#options.report({ kind: 'NotRestored', path, sentence, error });
    }
  }

  #assertTouchable(key: string): void {
    const { untouchable } = this.#options;
    if (untouchable.size === 0) return;
    const path = toObjectPath(key);
    const blocked = path.map((_, at) => path.slice(0, at + 1).join('/')).find((part) => untouchable.has(part));
    if (blocked === undefined) return;
    const detail = `${join(this.#options.directory, blocked)} could not be read at the start and is in its place; nothing was changed`;
    throw new StorageError('WriteFailed', key, { detail });
  }

  #pathOf(key: string): string {
    return join(this.#options.directory, ...toObjectPath(key));
  }
}
