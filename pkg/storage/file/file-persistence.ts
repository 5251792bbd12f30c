import { join } from 'node:path';
import type { Change, Persistence } from '../engine/persistence.ts';
import { StorageError } from '../errors.ts';
import { Checkpointer, type CheckpointLimits } from './checkpointer.ts';
import type { Appended, Journal, KeyState } from './journal.ts';
import type { ObjectFiles } from './object-files.ts';
import { isTooLong, toObjectPath } from './object-path.ts';
import type { JournaledState } from './read-journal.ts';
import type { RevisionKeeper } from './revision-keeper.ts';
import type { SetAsideOptions } from './set-aside.ts';
import { toWriteFailure } from './write-failure.ts';

/** What a file persistence works with. */
export interface FilePersistenceOptions extends SetAsideOptions {
  readonly revisions: RevisionKeeper;
  readonly journal: Journal;
  readonly files: ObjectFiles;
  readonly limits: CheckpointLimits;
  /** Relative paths over which nothing may be written. */
  readonly untouchable: ReadonlySet<string>;
}

/**
 * A journal, and one JSON file an object behind it. A batch is durable with one write to the journal, however many objects it
 * has; the files follow in the background.
 */
export class FilePersistence implements Persistence {
  readonly #options: FilePersistenceOptions;
  readonly #checkpointer: Checkpointer;

  constructor(options: FilePersistenceOptions) {
    this.#options = options;
    this.#checkpointer = new Checkpointer(options);
  }

  /** Brings what a journal had at the start into the files, and takes the journal away. */
  catchUp(states: Iterable<JournaledState>): void {
    const { journal, files } = this.#options;
    for (const state of states) files.put(state);
    if (!journal.isEmpty) void this.#checkpointer.run();
  }

  async commit(changes: readonly Change[], highest: number): Promise<ReadonlyMap<string, StorageError>> {
    const { revisions, journal, files } = this.#options;
    const failed = new Map<string, StorageError>();
    const fail = (key: string, cause: unknown): void =>
      void failed.set(key, toWriteFailure(key, this.#pathOf(key), cause));
    const states = changes.flatMap((change) => this.#admit(change, fail));
    try {
      await files.waitForRoom();
      await revisions.reserve(highest);
    } catch (error) {
      for (const { key } of states) fail(key, error);
      return failed;
    }
    const settle = ({ failed: unwritten, segment }: Appended): void => {
      for (const [key, error] of unwritten) fail(key, error);
      for (const { key, object } of states) if (!unwritten.has(key)) files.put({ key, object, segment });
    };
    await journal.append({ states: () => states, settle, highest });
    this.#checkpointer.noteWrite();
    return failed;
  }

  async close(revision: number): Promise<void> {
    const { files, journal, revisions } = this.#options;
    const isGone = await this.#checkpointer.close();
    await Promise.all([files.close(), journal.rotate()]);
    // What is left of a journal may have greater revisions: then the reserved one has to stand.
    if (isGone) await revisions.close(revision);
  }

  /** The new state of a change, unless it is known that its file could not follow. */
  #admit({ key, next }: Change, fail: (key: string, cause: unknown) => void): KeyState[] {
    const path = toObjectPath(key);
    if (next !== undefined && isTooLong(path)) {
      fail(key, Object.assign(new Error('ENAMETOOLONG'), { code: 'ENAMETOOLONG' }));
      return [];
    }
    const blocked = next === undefined ? undefined : this.#findUntouchable(path);
    if (blocked === undefined) return [{ key, object: next }];
    const detail = `${join(this.#options.directory, blocked)} could not be read at the start and is in its place; nothing was changed`;
    fail(key, new StorageError('WriteFailed', key, { detail }));
    return [];
  }

  #findUntouchable(path: readonly string[]): string | undefined {
    const { untouchable } = this.#options;
    if (untouchable.size === 0) return undefined;
    return path.map((_, at) => path.slice(0, at + 1).join('/')).find((part) => untouchable.has(part));
  }

  #pathOf(key: string): string {
    return join(this.#options.directory, ...toObjectPath(key));
  }
}
