import type { Reader, Writer } from 'protobufjs';

/** Bytes that are no message of the expected form, or hold what cannot be kept. The text is Go's where Go has one. */
export class ProtobufSyntaxError extends Error {
  override readonly name = 'ProtobufSyntaxError';
}

/** Text after its length. Throws for what is not UTF-8, which Go would take and JSON cannot hold. */
export function readText(reader: Reader): string {
  return reader.stringVerify();
}

/** Writes text after its length. Halves of surrogate pairs become U+FFFD, as they do when JSON is written. */
export function writeText(writer: Writer, value: unknown = ''): void {
  if (typeof value !== 'string') throw newTypeMismatch('a string', value);
  writer.string(value.isWellFormed() ? value : value.toWellFormed());
}

/** Bytes after their length: a view of the body. */
export function readBytes(reader: Reader): Buffer {
  const bytes = reader.bytes();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A 64-bit integer. One that a double cannot hold exactly is refused, as it is in JSON. */
export function readInt64(reader: Reader): number {
  const value = reader.int64();
  if (typeof value === 'number') return value;
  const double = value.high * 0x1_0000_0000 + (value.low >>> 0);
  if (Number.isSafeInteger(double)) return double;
  const exact = (BigInt(value.high) << 32n) | BigInt(value.low >>> 0);
  if (BigInt(double) === exact) return double;
  throw new ProtobufSyntaxError(`number ${exact} cannot be represented exactly: integers beyond 2^53 must be strings`);
}

/** Tells whether a message goes on. */
export function hasMore(reader: Reader): boolean {
  return reader.pos < reader.len;
}

/** Runs `read` on the bytes of a message after their length, which it cannot pass. */
export function readWithin<T>(reader: Reader, read: (reader: Reader) => T): T {
  const size = reader.size();
  const end = reader.pos + size;
  const { len } = reader;
  if (end > len) throw new ProtobufSyntaxError('unexpected EOF');
  reader.len = end;
  const value = read(reader);
  reader.len = len;
  return value;
}

/** Skips a field that is not known, with everything in it when it is a group. Nesting costs no stack. */
export function skipField(reader: Reader, tag: number): void {
  let depth = 0;
  for (let next = tag; ; next = reader.tag()) {
    const wireType = next & 7;
    if (wireType === 0) skipVarint(reader);
    else if (wireType === 1) reader.skip(8);
    else if (wireType === 2) reader.skip(reader.size());
    else if (wireType === 3) depth++;
    else if (wireType === 4) depth--;
    else if (wireType === 5) reader.skip(4);
    else throw new ProtobufSyntaxError(`proto: illegal wireType ${wireType}`);
    if (depth < 0) throw new ProtobufSyntaxError('proto: unexpected end of group');
    if (depth === 0) return;
  }
}

function skipVarint(reader: Reader): void {
  const start = reader.pos;
  reader.skip();
  if (reader.pos - start > 10) throw new ProtobufSyntaxError('proto: integer overflow');
}

/** A value whose member wants another JSON type. */
export function newTypeMismatch(expected: string, value: unknown): TypeError {
  return new TypeError(toMismatchText(expected, value));
}

/** What is wrong with a value whose member wants another JSON type. */
export function toMismatchText(expected: string, value: unknown): string {
  const found = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
  return `expected ${expected}, found ${found}`;
}
