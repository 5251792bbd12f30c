import { dirname } from 'node:path';
import { codeOf } from './file-system.ts';
import { fileLanes, inParallel } from './in-parallel.ts';
import { toObjectFile } from './object-path.ts';
import type { ObjectWriter } from './object-writer.ts';
import type { JournaledState } from './read-journal.ts';
import type { SetAsideOptions } from './set-aside.ts';
import { toReason } from './write-failure.ts';

/** What object files work with. */
export interface ObjectFilesOptions extends SetAsideOptions {
  readonly writer: ObjectWriter;
}

/** States that may wait for their files before writers have to wait for them. */
const backlogLimit = 20_000;
/** Files written at a time: the pieces into which the work is cut. */
const batchLimit = 512;
/**
 * Time for more states to gather, in milliseconds: objects that are written often share a file write, and many files are cheaper
 * together. More when there was something to do a moment ago, for then there will be again.
 */
const gatherMs = { idle: 3, busy: 25 };
/** From so many files on it is worth to have everything synced at once. */
const manyFiles = 256;
/** When files that could not be written are tried again. Milliseconds. */
const retry = { firstMs: 1000, lastMs: 60_000 };

interface Waiting {
  readonly state: JournaledState;
  readonly sequence: number;
}

/**
 * The files of the objects, which follow behind the journal: each is brought into the newest state of its object, in the order
 * in which the states came. A file that cannot be written is reported and tried again until it can.
 */
export class ObjectFiles {
  readonly #options: ObjectFilesOptions;
  /** Newest states that are not in their files yet, by key. */
  readonly #waiting = new Map<string, Waiting>();
  /** States that are being written, by key. */
  #writing: ReadonlyMap<string, JournaledState> = new Map();
  readonly #failed = new Map<string, JournaledState>();
  /** States that are in their files, which are not on the disk for sure. */
  readonly #unsynced = new Map<string, JournaledState>();
  /** Causes that have been reported and last. */
  readonly #reported = new Set<string>();
  #lastError: unknown;
  #sequence = 0;
  /** Everything up to this sequence has been tried, or there is something newer. */
  #written = 0;
  #hurried = 0;
  #lastBatch = -Infinity;
  #wake: () => void = () => undefined;
  #running: Promise<void> | undefined;
  #batch: PromiseWithResolvers<void> = Promise.withResolvers();
  #retryTimer: NodeJS.Timeout | undefined;
  #retryMs = retry.firstMs;

  constructor(options: ObjectFilesOptions) {
    this.#options = options;
  }

  /** States that only segments up to this one have: they are not in their files, and there are none newer. */
  behind(upTo: number): readonly JournaledState[] {
    const waiting = [...this.#waiting.values()].map(({ state }) => state);
    const writing = [...this.#writing.values()].filter(({ key }) => !this.#waiting.has(key));
    return [...waiting, ...writing, ...this.#failed.values()].filter(({ segment }) => segment <= upTo);
  }

  /** Takes the newest state of a key; its file follows. */
  put(state: JournaledState): void {
    this.#failed.delete(state.key);
    // Taken out first: the order is that of the newest states.
    this.#waiting.delete(state.key);
    this.#waiting.set(state.key, { state, sequence: ++this.#sequence });
    this.#running ??= this.#run();
  }

  /** Waits while too many states wait for their files. Throws what keeps files from being written when that does not help. */
  async waitForRoom(): Promise<void> {
    while (this.#waiting.size >= backlogLimit) await this.#hurry(() => this.#batch.promise);
    if (this.#failed.size >= backlogLimit) throw this.#lastError;
  }

  /** Tries every state that has come so far, also those that failed before. */
  async drain(): Promise<void> {
    this.#retryFailed();
    const last = this.#sequence;
    await this.#hurry(async () => {
      while (this.#running !== undefined && this.#written < last) await this.#batch.promise;
    });
  }

  /** Waits until what was written is on the disk. Throws when that failed; the files concerned are written anew. */
  async sync(): Promise<void> {
    const { fileSystem } = this.#options;
    const states = [...this.#unsynced.values()];
    this.#unsynced.clear();
    const folders = new Set<string>();
    for (const { key } of states) this.#addFolders(this.#pathOf(key), folders);
    if (states.length >= manyFiles && (await fileSystem.syncEverything([...folders]))) return;
    const errors: unknown[] = [];
    const attempt = async (run: () => Promise<void>, undo: () => void): Promise<void> => {
      try {
        await run();
      } catch (error) {
        // Removed by hand.
        if (codeOf(error) === 'ENOENT') return;
        errors.push(error);
        undo();
      }
    };
    const written = states.filter(({ object }) => object !== undefined);
    await inParallel(written, fileLanes, (state) =>
      attempt(
        () => fileSystem.syncFile(this.#pathOf(state.key)),
        // What the system had of the file is gone: a second sync would succeed without having written anything.
        () => this.#putAgain(state),
      ),
    );
    await inParallel([...folders], fileLanes, (folder) =>
      attempt(
        () => fileSystem.syncFolder(folder),
        () => this.#unsyncedAgain(states),
      ),
    );
    if (errors.length > 0) throw errors[0];
  }

  /** Notes that the journal has what is behind in a newer segment, too. */
  carry(upTo: number, segment: number): void {
    for (const [key, state] of this.#failed) if (state.segment <= upTo) this.#failed.set(key, { ...state, segment });
  }

  /** Stops trying again. Everything that can be written must have been. */
  async close(): Promise<void> {
    clearTimeout(this.#retryTimer);
    await this.#running;
    clearTimeout(this.#retryTimer);
    await this.#options.writer.close();
  }

  async #hurry(run: () => Promise<void>): Promise<void> {
    this.#hurried++;
    this.#wake();
    await run().finally(() => this.#hurried--);
  }

  async #run(): Promise<void> {
    while (this.#waiting.size > 0) {
      if (this.#hurried === 0 && this.#waiting.size < batchLimit) await this.#gather();
      await this.#writeBatch();
      this.#lastBatch = performance.now();
      const { resolve } = this.#batch;
      this.#batch = Promise.withResolvers();
      if (this.#waiting.size === 0) this.#running = undefined;
      resolve();
    }
  }

  async #gather(): Promise<void> {
    const isBusy = performance.now() - this.#lastBatch < 2 * gatherMs.busy;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, isBusy ? gatherMs.busy : gatherMs.idle);
    this.#wake = resolve;
    await promise;
    clearTimeout(timer);
  }

  async #writeBatch(): Promise<void> {
    const states: JournaledState[] = [];
    let last = 0;
    for (const { state, sequence } of this.#waiting.values()) {
      if (states.length === batchLimit) break;
      states.push(state);
      last = sequence;
    }
    this.#writing = new Map(states.map((state) => [state.key, state]));
    for (const { key } of states) this.#waiting.delete(key);
    const paths = states.map(({ key }) => this.#pathOf(key));
    const files = states.map(({ object }, at) => ({ path: paths[at] ?? '', object }));
    const failures = await this.#options.writer.write(files);
    this.#writing = new Map();
    this.#written = last;
    for (const [at, state] of states.entries()) {
      const path = paths[at] ?? '';
      if (failures.has(path)) this.#fail(state, path, failures.get(path));
      else this.#unsynced.set(state.key, state);
    }
    if (failures.size + this.#failed.size + this.#waiting.size === 0) this.#reported.clear();
  }

  #fail(state: JournaledState, path: string, error: unknown): void {
    if (this.#waiting.has(state.key)) return;
    this.#failed.set(state.key, state);
    this.#lastError = error;
    this.#retryTimer ??= this.#retryLater();
    const cause = codeOf(error) ?? String(error);
    // A full disk concerns every file: one sentence will do.
    if (this.#reported.has(cause)) return;
    this.#reported.add(cause);
    const sentence = `${path} could not be brought up to date: ${toReason(error)}; what it should hold is safe in the journal, and it is tried again`;
    this.#options.report({ kind: 'FileBehind', path, sentence, error });
  }

  #retryLater(): NodeJS.Timeout {
    const delay = this.#retryMs;
    this.#retryMs = Math.min(delay * 2, retry.lastMs);
    return setTimeout(() => this.#retryFailed(), delay).unref();
  }

  #retryFailed(): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    if (this.#failed.size === 0) this.#retryMs = retry.firstMs;
    for (const state of this.#failed.values()) this.put(state);
  }

  /** A newer state of the key may be anywhere by now. */
  #putAgain(state: JournaledState): void {
    const places = [this.#waiting, this.#writing, this.#failed, this.#unsynced];
    if (!places.some((place) => place.has(state.key))) this.put(state);
  }

  #unsyncedAgain(states: readonly JournaledState[]): void {
    for (const state of states) if (!this.#unsynced.has(state.key)) this.#unsynced.set(state.key, state);
  }

  #addFolders(path: string, folders: Set<string>): void {
    for (let folder = dirname(path); !folders.has(folder); folder = dirname(folder)) {
      folders.add(folder);
      if (folder === this.#options.directory) return;
    }
  }

  #pathOf(key: string): string {
    return toObjectFile(this.#options.directory, key);
  }
}
