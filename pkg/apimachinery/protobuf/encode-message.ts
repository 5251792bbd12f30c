import type { Writer } from 'protobufjs';
import { compareUTF8 } from '../runtime/compare.ts';
import { isJSONObject, type JSONObject } from '../runtime/json.ts';
import type { ProtobufField, ProtobufMessage } from './message.ts';
import { newTypeMismatch, writeText } from './wire.ts';

/**
 * Writes a JSON object as the fields of a message, byte for byte as Go does: by ascending number, values even when they are empty, maps by
 * their keys. Members that the message does not have are left out. Throws a `TypeError` for a member of another JSON type.
 */
export function writeMessage(writer: Writer, { name, fields }: ProtobufMessage, value: JSONObject): void {
  for (const field of fields) {
    const member = field.presence === 'inline' ? value : value[field.name];
    try {
      writeField(writer, field, member ?? undefined);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new TypeError(`${name}.${field.name}: ${error.message}`, { cause: error });
    }
  }
}

function writeField(writer: Writer, field: ProtobufField, value: unknown): void {
  switch (field.presence) {
    case 'value':
    case 'required':
    case 'inline':
      if (value === undefined && field.scalar?.nilable === true) return;
      writeValue(writer.uint32(field.tag), field, value);
      return;
    case 'optional':
      if (value !== undefined) writeValue(writer.uint32(field.tag), field, value);
      return;
    case 'list':
      if (value !== undefined) writeList(writer, field, value);
      return;
    case 'map':
      if (value !== undefined) writeMap(writer, field, value);
  }
}

function writeValue(writer: Writer, { scalar, message }: ProtobufField, value: unknown): void {
  if (scalar !== undefined) {
    scalar.write(writer, value);
  } else if (message !== undefined) {
    if (value !== undefined && !isJSONObject(value)) throw newTypeMismatch('an object', value);
    writer.fork();
    writeMessage(writer, message, value ?? {});
    writer.ldelim();
  }
}

function writeList(writer: Writer, field: ProtobufField, value: unknown): void {
  if (!Array.isArray(value)) throw newTypeMismatch('an array', value);
  for (const item of value) writeValue(writer.uint32(field.tag), field, item ?? undefined);
}

function writeMap(writer: Writer, field: ProtobufField, value: unknown): void {
  if (!isJSONObject(value)) throw newTypeMismatch('an object', value);
  const names = Object.keys(value);
  if (names.length > 1) names.sort(compareUTF8);
  for (const name of names) {
    const member = value[name] ?? undefined;
    writeText(writer.uint32(field.tag).fork().uint32(0x0a), name);
    if (member !== undefined || field.scalar?.nilable !== true) {
      writeValue(writer.uint32(16 | (field.scalar?.wireType ?? 2)), field, member);
    }
    writer.ldelim();
  }
}
