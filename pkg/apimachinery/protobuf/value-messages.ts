import type { Reader, Writer } from 'protobufjs';
import { decodeJSON, JSONSyntaxError } from '../runtime/decode-json.ts';
import {
  hasMore,
  newTypeMismatch,
  ProtobufSyntaxError,
  readBytes,
  readInt64,
  readText,
  readWithin,
  skipField,
  writeText,
} from './wire.ts';

/** Tag of the one member of messages that wrap a text, or many. */
const textTag = 0x0a;

/** Tags of `IntOrString`: which of the two it is, and both. */
const choiceTag = 0x08;
const numberTag = 0x10;
const nameTag = 0x1a;

/** Reads a `Quantity`. */
export function readQuantity(reader: Reader): string {
  return readWithin(reader, (inner) => readTexts(inner).at(-1) ?? '0');
}

/** Writes a `Quantity`. */
export function writeQuantity(writer: Writer, value: unknown = '0'): void {
  if (typeof value !== 'string' && typeof value !== 'number') throw newTypeMismatch('a quantity', value);
  writer.fork().uint32(textTag).string(String(value)).ldelim();
}

/** Reads a list of texts that is a message of its own: nothing is an empty list. */
export function readStrings(reader: Reader): string[] {
  return readWithin(reader, readTexts);
}

/** Writes a list of texts as a message of its own. */
export function writeStrings(writer: Writer, value: unknown = []): void {
  if (!Array.isArray(value)) throw newTypeMismatch('an array', value);
  writer.fork();
  for (const item of value) {
    writeText(writer.uint32(textTag), item ?? undefined);
  }
  writer.ldelim();
}

function readTexts(reader: Reader): string[] {
  const texts: string[] = [];
  while (hasMore(reader)) {
    const tag = reader.tag();
    if (tag === textTag) texts.push(readText(reader));
    else skipField(reader, tag);
  }
  return texts;
}

/** Reads an `IntOrString`. */
export function readIntOrString(reader: Reader): number | string {
  return readWithin(reader, (inner) => {
    const value = { choice: 0, number: 0, name: '' };
    while (hasMore(inner)) {
      const tag = inner.tag();
      if (tag === choiceTag) value.choice = readInt64(inner);
      else if (tag === numberTag) value.number = inner.int32();
      else if (tag === nameTag) value.name = readText(inner);
      else skipField(inner, tag);
    }
    if (value.choice !== 0 && value.choice !== 1) throw new ProtobufSyntaxError('impossible IntOrString.Type');
    return value.choice === 0 ? value.number : value.name;
  });
}

/** Writes an `IntOrString`. */
export function writeIntOrString(writer: Writer, value: unknown = 0): void {
  const isName = typeof value === 'string';
  if (!isName && !Number.isInteger(value)) throw newTypeMismatch('an integer or a string', value);
  writer.fork().uint32(choiceTag).uint32(Number(isName));
  writer.uint32(numberTag).int32(isName ? 0 : Number(value));
  writeText(writer.uint32(nameTag), isName ? value : '');
  writer.ldelim();
}

/** Reads `FieldsV1`: JSON within protobuf. */
export function readFieldsV1(reader: Reader): unknown {
  return readWithin(reader, (inner) => {
    let value: unknown;
    while (hasMore(inner)) {
      const tag = inner.tag();
      if (tag === textTag) value = readJSON(readBytes(inner));
      else skipField(inner, tag);
    }
    return value;
  });
}

function readJSON(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return decodeJSON(bytes).value;
  } catch (error) {
    if (error instanceof JSONSyntaxError) throw new ProtobufSyntaxError(error.message, { cause: error });
    throw error;
  }
}

/** Writes `FieldsV1`. */
export function writeFieldsV1(writer: Writer, value: unknown = {}): void {
  // JSON escapes halves of surrogate pairs.
  writer.fork().uint32(textTag).string(JSON.stringify(value)).ldelim();
}
