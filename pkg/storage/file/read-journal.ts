import { join } from 'node:path';
import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { type JournalRecord, type SegmentContent, decodeSegment } from './journal-record.ts';
import { toObjectPath } from './object-path.ts';
import type { SetAsideOptions } from './set-aside.ts';
import { toReason } from './write-failure.ts';

/** The newest state of a key in the journal. */
export interface JournaledState {
  readonly key: string;
  /** Absent: the object was removed. */
  readonly object?: KubernetesObject | undefined;
  /** Number of the segment that has it. */
  readonly segment: number;
}

/** A segment that is there. */
export interface Segment {
  readonly number: number;
  /** How far it counts, in bytes. What stands behind was refused or cut short. */
  readonly end: number;
  /** Not everything in it could be read: it must be kept for people to look at. */
  readonly damaged: boolean;
}

/** What was written before the last end, and may not be in the files yet. */
export interface FoundJournal {
  readonly states: ReadonlyMap<string, JournaledState>;
  /** No greater revision had been given out; 0 when there is no journal. */
  readonly highest: number;
  readonly segments: readonly Segment[];
}

const namePattern = /^\.journal-(\d+)$/;

/** The name of a segment's file. */
export function toSegmentName(number: number): string {
  return `.journal-${number}`;
}

/**
 * Reads the journal of a directory. A record that was cut short by the end of the process or the power is passed over; anything
 * else that cannot be read is reported, and what follows it still counts.
 */
export async function readJournal(options: SetAsideOptions): Promise<FoundJournal> {
  const entries = await options.fileSystem.readFolder(options.directory);
  const numbers = entries
    .map(({ name }) => Number(namePattern.exec(name)?.[1]))
    .filter((number) => Number.isSafeInteger(number))
    .toSorted((a, b) => b - a);
  const reader = new Reader(options);
  // From the newest to the oldest: a segment says how far those before it count.
  for (const number of numbers) await reader.read(number);
  return reader.finish();
}

class Reader {
  readonly #options: SetAsideOptions;
  readonly #ends = new Map<number, number>();
  /** From the newest segment to the oldest. */
  readonly #found: { segment: Segment; records: readonly JournalRecord[] }[] = [];
  #hasRecords = false;

  constructor(options: SetAsideOptions) {
    this.#options = options;
  }

  async read(number: number): Promise<void> {
    const limit = this.#ends.get(number);
    const content = await this.#load(number, limit);
    const { records } = content;
    const end = records.at(-1)?.end ?? 0;
    // Only behind the newest record of all may a write have been cut short.
    const isCut = content.torn && (limit !== undefined || this.#hasRecords);
    const damaged = content.damaged || isCut || (limit ?? 0) > end;
    if (damaged) this.#report(number, content.error);
    for (const [older, at] of Object.entries(records[0]?.record.ends ?? {})) {
      if (!this.#ends.has(Number(older))) this.#ends.set(Number(older), at);
    }
    this.#hasRecords ||= records.length > 0;
    this.#found.push({ segment: { number, end, damaged }, records: records.map(({ record }) => record) });
  }

  finish(): FoundJournal {
    const states = new Map<string, JournaledState>();
    let highest = 0;
    const oldestFirst = this.#found.toReversed();
    for (const { segment, records } of oldestFirst) {
      for (const record of records) {
        highest = Math.max(highest, record.highest);
        // Taken out first: the order is that of the newest states.
        for (const { key, object } of record.changes) {
          states.delete(key);
          states.set(key, { key, object, segment: segment.number });
        }
      }
    }
    return { states, highest, segments: oldestFirst.map(({ segment }) => segment) };
  }

  async #load(number: number, limit: number | undefined): Promise<SegmentContent & { error?: unknown }> {
    try {
      const bytes = await this.#options.fileSystem.readBytes(this.#pathOf(number));
      return decodeSegment(limit === undefined ? bytes : bytes.subarray(0, limit));
    } catch (error) {
      return { records: [], damaged: limit !== 0, torn: false, error };
    }
  }

  #report(number: number, error: unknown): void {
    const path = this.#pathOf(number);
    const why = error === undefined ? 'is damaged' : `could not be read: ${toReason(error)}`;
    const sentence = `${path} ${why}; writes of the last minute before the end may be missing, the rest of it is used`;
    this.#options.report({ kind: 'JournalDamaged', path, sentence, error });
  }

  #pathOf(number: number): string {
    return join(this.#options.directory, toSegmentName(number));
  }
}

/** Paths of the files that a journal knows better, relative to the directory. */
export function toJournaledPaths(states: ReadonlyMap<string, JournaledState>): ReadonlySet<string> {
  return new Set([...states.keys()].map((key) => toObjectPath(key).join('/')));
}
