import type { Reader, Writer } from 'protobufjs';
import { toRFC3339, tryParseRFC3339 } from '../time/rfc3339.ts';
import { hasMore, newTypeMismatch, ProtobufSyntaxError, readInt64, readWithin, skipField } from './wire.ts';

/** Tags of `Timestamp`: seconds since the epoch, and nanoseconds within one. */
const secondsTag = 0x08;
const nanosTag = 0x10;

/** Seconds of the begin of year 1, Go's zero time, and of the end of year 9999, the last that RFC 3339 can tell. */
const zeroTime = -62_135_596_800;
const lastTime = 253_402_300_799;

/** Reads a time to the second; `undefined` for Go's zero time. */
export function readTime(reader: Reader): string | undefined {
  const { seconds } = readWithin(reader, readTimestamp);
  return seconds === zeroTime ? undefined : toRFC3339(seconds * 1000);
}

/** Reads a time with six digits of a second, what is beyond being cut off; `undefined` for Go's zero time. */
export function readMicroTime(reader: Reader): string | undefined {
  const { seconds, nanos } = readWithin(reader, readTimestamp);
  const micros = Math.trunc(nanos / 1000);
  if (micros < 0 || micros > 999_999) throw new ProtobufSyntaxError(`time has ${nanos} nanoseconds in a second`);
  if (seconds === zeroTime && micros === 0) return undefined;
  return toRFC3339(seconds * 1000).replace('Z', `.${String(micros).padStart(6, '0')}Z`);
}

function readTimestamp(reader: Reader): { seconds: number; nanos: number } {
  if (!hasMore(reader)) return { seconds: zeroTime, nanos: 0 };
  const time = { seconds: 0, nanos: 0 };
  while (hasMore(reader)) {
    const tag = reader.tag();
    if (tag === secondsTag) time.seconds = readInt64(reader);
    else if (tag === nanosTag) time.nanos = reader.int32();
    else skipField(reader, tag);
  }
  if (time.seconds >= zeroTime && time.seconds <= lastTime) return time;
  throw new ProtobufSyntaxError(`time ${time.seconds} is not within the years 1 to 9999`);
}

/** Writes a time to the second. */
export function writeTime(writer: Writer, value: unknown): void {
  writeTimestamp(writer, value, 0);
}

const fraction = /[.,](\d{1,6})/;

/** Writes a time to the microsecond. */
export function writeMicroTime(writer: Writer, value: unknown): void {
  const digits = typeof value === 'string' ? (fraction.exec(value)?.[1] ?? '') : '';
  writeTimestamp(writer, value, Number(digits.padEnd(6, '0')) * 1000);
}

function writeTimestamp(writer: Writer, value: unknown, nanos: number): void {
  const seconds = value === undefined ? zeroTime : parseSeconds(value);
  writer.fork();
  if (seconds !== zeroTime || nanos !== 0) writer.uint32(secondsTag).int64(seconds).uint32(nanosTag).int32(nanos);
  writer.ldelim();
}

function parseSeconds(value: unknown): number {
  if (typeof value !== 'string') throw newTypeMismatch('a time', value);
  // The engine parses the form that stored times have ten times faster.
  const fast = value.length === 20 && value.endsWith('Z') ? Date.parse(value) : Number.NaN;
  const ms = Number.isNaN(fast) ? tryParseRFC3339(value) : fast;
  if (ms === undefined) throw new TypeError(`expected a time, found ${JSON.stringify(value)}`);
  return Math.floor(ms / 1000);
}
