import type { Reader, Writer } from 'protobufjs';
import { readMicroTime, readTime, writeMicroTime, writeTime } from './time-messages.ts';
import {
  readFieldsV1,
  readIntOrString,
  readQuantity,
  readStrings,
  writeFieldsV1,
  writeIntOrString,
  writeQuantity,
  writeStrings,
} from './value-messages.ts';
import { newTypeMismatch, readBytes, readInt64, readText, writeText } from './wire.ts';

/**
 * What JSON writes as one value. On the wire it is a scalar, or a message of a known form: `time` (to the second), `microTime`,
 * `quantity`, `intOrString`, `fieldsV1` (JSON within protobuf), and `strings` (a list that is a message of its own).
 */
export type ScalarType =
  | 'string'
  | 'bool'
  | 'int32'
  | 'int64'
  | 'bytes'
  | 'time'
  | 'microTime'
  | 'quantity'
  | 'intOrString'
  | 'fieldsV1'
  | 'strings';

/** How a value of such a type is written and read. */
export interface ScalarCodec {
  readonly wireType: 0 | 2;
  /** Go writes nothing at all for a nil slice, even where its member is a value. */
  readonly nilable: boolean;
  /** What stands in a map for a name without a value. */
  zero(): unknown;
  /** Writes what follows the tag; `undefined` is Go's zero value. Throws a `TypeError` for another JSON type. */
  write(writer: Writer, value: unknown): void;
  /** Reads what follows the tag; `undefined` for what JSON writes as null. Throws for what cannot be kept. */
  read(reader: Reader): unknown;
}

const varint = { wireType: 0, nilable: false, zero: () => 0 } as const;
const delimited = { wireType: 2, nilable: false, zero: () => '' } as const;

/** The codecs by type. */
export const scalarCodecs: { readonly [type in ScalarType]: ScalarCodec } = {
  string: { ...delimited, write: writeText, read: readText },
  bool: { ...varint, zero: () => false, write: writeBoolean, read: (reader) => reader.bool() },
  int32: { ...varint, write: writeInteger, read: (reader) => reader.int32() },
  int64: { ...varint, write: writeInteger, read: readInt64 },
  bytes: { ...delimited, nilable: true, write: writeBase64, read: (reader) => readBytes(reader).toString('base64') },
  time: { ...delimited, zero: () => null, write: writeTime, read: readTime },
  microTime: { ...delimited, zero: () => null, write: writeMicroTime, read: readMicroTime },
  quantity: { ...delimited, zero: () => '0', write: writeQuantity, read: readQuantity },
  intOrString: { ...delimited, zero: () => 0, write: writeIntOrString, read: readIntOrString },
  fieldsV1: { ...delimited, zero: () => null, write: writeFieldsV1, read: readFieldsV1 },
  strings: { ...delimited, nilable: true, zero: () => [], write: writeStrings, read: readStrings },
};

function writeBoolean(writer: Writer, value: unknown = false): void {
  if (typeof value !== 'boolean') throw newTypeMismatch('a boolean', value);
  writer.bool(value);
}

// Both widths are written alike: a negative number takes ten bytes.
function writeInteger(writer: Writer, value: unknown = 0): void {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw newTypeMismatch('an integer', value);
  if (value >= 0 && value < 0x8000_0000) writer.uint32(value);
  else writer.int64(value);
}

function writeBase64(writer: Writer, value: unknown): void {
  if (typeof value !== 'string') throw newTypeMismatch('a string', value);
  writer.bytes(Buffer.from(value, 'base64'));
}
