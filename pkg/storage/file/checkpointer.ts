import type { StorageReporter } from '../engine/report.ts';
import type { Journal } from './journal.ts';
import type { ObjectFiles } from './object-files.ts';
import { toReason } from './write-failure.ts';

/** When the journal is taken away. */
export interface CheckpointLimits {
  /** When its newest segment has so many bytes. */
  readonly bytes: number;
  /** So many milliseconds after the first write at the latest. */
  readonly ms: number;
}

/** What a checkpointer works with. */
export interface CheckpointerOptions {
  readonly directory: string;
  readonly journal: Journal;
  readonly files: ObjectFiles;
  readonly limits: CheckpointLimits;
  readonly report: StorageReporter;
}

/**
 * Keeps the journal short: brings the files to the disk, then removes the segments that they make superfluous. What cannot be
 * brought into its file is written to the journal once more, so that one such file does not keep everything.
 */
export class Checkpointer {
  readonly #options: CheckpointerOptions;
  #running: Promise<boolean> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failing = false;
  #closed = false;

  constructor(options: CheckpointerOptions) {
    this.#options = options;
  }

  /** To be told of each write to the journal. */
  noteWrite(): void {
    const { journal, limits } = this.#options;
    if (journal.size >= limits.bytes && !this.#failing) void this.run();
    else this.#timer ??= this.#later();
  }

  /** Takes the journal away as far as possible. Answers whether that succeeded. Does not throw. */
  run(): Promise<boolean> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running ??= this.#attempt().finally(() => (this.#running = undefined));
    return this.#running;
  }

  /** Takes the journal away for the last time. Answers whether nothing is left of it. */
  async close(): Promise<boolean> {
    this.#closed = true;
    await this.#running;
    await this.run();
    return this.#options.journal.isEmpty;
  }

  async #attempt(): Promise<boolean> {
    const { journal, files } = this.#options;
    if (journal.isEmpty) return true;
    try {
      const complete = await journal.rotate();
      await files.drain();
      await this.#carry(complete);
      await files.sync();
      await journal.removeUpTo(complete);
      this.#failing = false;
      if (!journal.isEmpty) this.#timer ??= this.#later();
      return true;
    } catch (error) {
      this.#reportOnce(error);
      this.#timer ??= this.#later();
      return false;
    }
  }

  /** Writes what could not be brought into files to the journal once more. */
  async #carry(complete: number): Promise<void> {
    const { journal, files } = this.#options;
    let unwritten: ReadonlyMap<string, unknown> = new Map();
    await journal.append({
      states: () => files.behind(complete),
      settle: ({ failed, segment }) => {
        unwritten = failed;
        if (failed.size === 0) files.carry(complete, segment);
      },
    });
    for (const error of unwritten.values()) throw error;
  }

  #later(): NodeJS.Timeout | undefined {
    if (this.#closed) return undefined;
    return setTimeout(() => void this.run(), this.#options.limits.ms).unref();
  }

  #reportOnce(error: unknown): void {
    if (this.#failing) return;
    this.#failing = true;
    const { directory, report } = this.#options;
    const sentence = `the journal in ${directory} is kept, because what it has could not be brought to the disk otherwise: ${toReason(error)}; it is tried again, also at the next start`;
    report({ kind: 'JournalKept', path: directory, sentence, error });
  }
}
