import { join } from 'node:path';
import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { codeOf } from './file-system.ts';
import type { LogFile } from './log-file.ts';
import { encodeChange, encodeRecord } from './journal-record.ts';
import { type Segment, toSegmentName } from './read-journal.ts';
import { type SetAsideOptions, setAside } from './set-aside.ts';

/** A state that shall become durable. */
export interface KeyState {
  readonly key: string;
  /** Absent: the object is removed. */
  readonly object?: KubernetesObject | undefined;
}

/** A write to the journal. */
export interface AppendOptions {
  /** Asked for when it is their turn: by then there may be newer ones. */
  readonly states: () => readonly KeyState[];
  /** Told what became of them. */
  readonly settle: (appended: Appended) => void;
  /** The greatest revision given out, if there is a new one. */
  readonly highest?: number;
}

/** What became of a write to the journal. */
export interface Appended {
  /** Why states did not become durable, by key. */
  readonly failed: ReadonlyMap<string, unknown>;
  /** The segment that has the others. */
  readonly segment: number;
}

/** More than this is written in several records, so that the memory for one stays small. */
const recordLimit = 4 << 20;
/** Room is made in steps that double between these: a write into room that is there moves no metadata on the disk. */
const room = { least: 64 << 10, most: 1 << 20 };

/**
 * The write-ahead log: files `.journal-<number>` to which batches of writes are appended, each with one write that waits for the
 * disk. A write that failed is cut off again, or else the next segment says that it does not count.
 */
export class Journal {
  readonly #options: SetAsideOptions;
  /** Segments that are not written any more, oldest first. */
  readonly #older: Segment[];
  #open: OpenSegment | undefined;
  #number: number;
  #highest: number;
  /** One thing at a time. */
  #last: Promise<unknown> = Promise.resolve();

  /** Goes on behind the segments that are there, at a revision. */
  constructor(options: SetAsideOptions, start: { segments: readonly Segment[]; highest: number }) {
    this.#options = options;
    this.#older = [...start.segments];
    this.#number = start.segments.at(-1)?.number ?? 0;
    this.#highest = start.highest;
  }

  /** There is nothing that a start would read. */
  get isEmpty(): boolean {
    return this.#open === undefined && this.#older.length === 0;
  }

  /** Bytes written to the current segment. */
  get size(): number {
    return this.#open?.end ?? 0;
  }

  /** Makes states durable. Nothing else happens to the journal from when it asks for them until it has told what became of them. */
  append({ states, settle, highest = this.#highest }: AppendOptions): Promise<void> {
    return this.#exclusively(async () => {
      this.#highest = Math.max(this.#highest, highest);
      settle(await this.#append(states()));
    });
  }

  /** Begins a new segment with the next write, if there is one. Answers with the number up to which segments are complete. */
  rotate(): Promise<number> {
    return this.#exclusively(async () => {
      await this.#retire();
      return this.#number;
    });
  }

  /** Removes segments that are not needed any more, oldest first, so that a newer state never goes before an older one. */
  removeUpTo(number: number): Promise<void> {
    return this.#exclusively(async () => {
      const { fileSystem, directory } = this.#options;
      for (let [oldest] = this.#older; oldest !== undefined && oldest.number <= number; [oldest] = this.#older) {
        await this.#remove(oldest);
        await fileSystem.syncFolder(directory);
        this.#older.shift();
      }
    });
  }

  async #append(states: readonly KeyState[]): Promise<Appended> {
    const failed = new Map<string, unknown>();
    const encoded: { key: string; change: string }[] = [];
    for (const { key, object } of states) {
      try {
        encoded.push({ key, change: encodeChange(key, object) });
      } catch (error) {
        failed.set(key, error);
      }
    }
    for (let at = 0; at < encoded.length;) {
      const end = endOfRecord(encoded, at);
      try {
        await this.#write(encoded.slice(at, end).map(({ change }) => change));
      } catch (error) {
        // The others would be in another segment, and the disk has just failed.
        for (const { key } of encoded.slice(at)) failed.set(key, error);
        break;
      }
      at = end;
    }
    return { failed, segment: this.#number };
  }

  async #write(changes: readonly string[]): Promise<void> {
    const highest = this.#highest;
    if (this.#open !== undefined) return this.#writeTo(this.#open, encodeRecord({ highest }, changes));
    const ends = Object.fromEntries(this.#older.map(({ number, end }) => [number, end]));
    const segment = await this.#begin();
    try {
      await this.#writeTo(segment, encodeRecord({ highest, ends }, changes));
      await this.#options.fileSystem.syncFolder(this.#options.directory);
      this.#open = segment;
    } catch (error) {
      await this.#abandon(segment);
      throw error;
    }
  }

  async #begin(): Promise<OpenSegment> {
    const { fileSystem, directory } = this.#options;
    // A number is used once, whatever comes of it: what a file of that name holds is never in doubt.
    const number = ++this.#number;
    const log = await fileSystem.openLog(join(directory, toSegmentName(number)));
    return { number, log, end: 0, allocated: 0 };
  }

  async #writeTo(segment: OpenSegment, record: Buffer): Promise<void> {
    const { log, end, allocated } = segment;
    const needed = end + record.length;
    try {
      if (needed <= allocated) {
        await log.write(record, end);
      } else {
        const step = Math.min(Math.max(allocated, room.least), room.most);
        segment.allocated = Math.ceil(needed / step) * step;
        await this.#writeWithRoom(segment, record);
      }
      segment.end = needed;
    } catch (error) {
      await this.#cut(segment);
      throw error;
    }
  }

  /** Writes the record and the room behind it at once; the record alone when there is not room enough. */
  async #writeWithRoom(segment: OpenSegment, record: Buffer): Promise<void> {
    const { log, end, allocated } = segment;
    const padded = Buffer.alloc(allocated - end);
    record.copy(padded);
    try {
      await log.write(padded, end);
    } catch (error) {
      if (codeOf(error) !== 'ENOSPC' && codeOf(error) !== 'EDQUOT') throw error;
      await log.truncate(end);
      await log.write(record, end);
      segment.allocated = end + record.length;
    }
  }

  /** Takes back what a failed write may have left. */
  async #cut(segment: OpenSegment): Promise<void> {
    try {
      await segment.log.truncate(segment.end);
      segment.allocated = segment.end;
    } catch {
      // The next segment says where this one ends, before anything else is acknowledged.
      await this.#retire();
    }
  }

  /** Takes back a segment that did not come to stand. */
  async #abandon({ number, log }: OpenSegment): Promise<void> {
    const { fileSystem, directory } = this.#options;
    try {
      await log.truncate(0);
      await fileSystem.unlink(join(directory, toSegmentName(number)));
    } catch {
      this.#older.push({ number, end: 0, damaged: false });
    }
    await log.close().catch(() => undefined);
  }

  async #retire(): Promise<void> {
    if (this.#open === undefined) return;
    const { number, end, log } = this.#open;
    this.#open = undefined;
    this.#older.push({ number, end, damaged: false });
    // Everything in it is on the disk: that it could not be closed does no harm.
    await log.close().catch(() => undefined);
  }

  async #remove({ number, damaged }: Segment): Promise<void> {
    const { fileSystem, directory } = this.#options;
    const name = toSegmentName(number);
    if (damaged) {
      // It must not be read again: what it has may be old by then.
      if (await setAside(this.#options, name, 'is damaged')) return;
      throw new Error(`${name} could not be set aside`);
    }
    try {
      await fileSystem.unlink(join(directory, name));
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
  }

  #exclusively<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#last.then(run);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

function endOfRecord(encoded: readonly { readonly change: string }[], start: number): number {
  let end = start;
  for (let length = 0; end < encoded.length && length < recordLimit; end++) length += encoded[end]?.change.length ?? 0;
  return end;
}

interface OpenSegment {
  readonly number: number;
  readonly log: LogFile;
  /** Where the next record begins. */
  end: number;
  /** How long the file is. */
  allocated: number;
}
