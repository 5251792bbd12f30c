import { crc32 } from 'node:zlib';
import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';

/** The state of one key as a record has it. */
export interface JournalChange {
  readonly key: string;
  /** Absent: nothing is at the key. */
  readonly object?: KubernetesObject;
}

/** What became durable together. */
export interface JournalRecord {
  /** No greater revision had been given out. */
  readonly highest: number;
  /** How far the segments before this one count, by number: what stands behind was refused. In the first record of a segment. */
  readonly ends?: Readonly<Record<string, number>>;
  readonly changes: readonly JournalChange[];
}

/** A record that was found in a segment. */
export interface FoundRecord {
  readonly record: JournalRecord;
  /** Where the record ends, in bytes from the beginning of the segment. */
  readonly end: number;
}

/** What a segment holds. */
export interface SegmentContent {
  readonly records: readonly FoundRecord[];
  /** There are bytes between records that make no record. */
  readonly damaged: boolean;
  /** Bytes that make no record follow the last one: a write that was cut short, or damage. */
  readonly torn: boolean;
}

const lineEnd = 0x0a;
const checksumLength = 8;

/** A record as a line: the CRC-32 of its JSON in eight hexadecimal digits, a space, the JSON. */
export function encodeRecord(record: Omit<JournalRecord, 'changes'>, changes: readonly string[]): Buffer {
  const head = JSON.stringify(record).slice(0, -1);
  const json = Buffer.from(`${' '.repeat(checksumLength + 1)}${head},"changes":[${changes.join(',')}]}\n`);
  json.write(checksumOf(json.subarray(checksumLength + 1, -1)), 'latin1');
  return json;
}

/** A change as it stands in a record. Throws when the object is not JSON. */
export function encodeChange(key: string, object: KubernetesObject | undefined): string {
  const name = JSON.stringify(key);
  return object === undefined ? `{"key":${name}}` : `{"key":${name},"object":${JSON.stringify(object)}}`;
}

/** Finds the records of a segment, stepping over what is damaged. Zeros stand where nothing has been written yet. */
export function decodeSegment(bytes: Buffer): SegmentContent {
  const records: FoundRecord[] = [];
  let damaged = false;
  let invalid = false;
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(lineEnd, start);
    const end = found === -1 ? bytes.length : found;
    const record = found === -1 ? undefined : decodeRecord(bytes.subarray(start, end));
    if (record === undefined) {
      invalid ||= !isBlank(bytes.subarray(start, end));
    } else {
      damaged ||= invalid;
      invalid = false;
      records.push({ record, end: end + 1 });
    }
    start = end + 1;
  }
  return { records, damaged, torn: invalid };
}

function decodeRecord(line: Buffer): JournalRecord | undefined {
  const json = line.subarray(checksumLength + 1);
  if (json.length === 0 || line.toString('latin1', 0, checksumLength + 1) !== `${checksumOf(json)} `) return undefined;
  return JSON.parse(json.toString()) as JournalRecord;
}

function checksumOf(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(checksumLength, '0');
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
