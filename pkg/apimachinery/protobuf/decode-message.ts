import type { Reader } from 'protobufjs';
import { isJSONObject, type JSONObject, setMember } from '../runtime/json.ts';
import type { ProtobufField, ProtobufMessage } from './message.ts';
import { hasMore, ProtobufSyntaxError, readText, readWithin, skipField } from './wire.ts';

/**
 * Reads the fields of a message, up to the end of what the reader has, into a JSON object: what a client would have sent as JSON. Unknown
 * fields are skipped. As in Go, a later field of the same number takes the place of an earlier one, and messages are merged.
 */
export function readMessage(reader: Reader, message: ProtobufMessage, object: JSONObject = {}): JSONObject {
  while (hasMore(reader)) {
    const tag = reader.tag();
    const field = message.byTag.get(tag);
    if (field === undefined) readOtherwise(reader, message, { tag, object });
    else readField(reader, field, object);
  }
  return object;
}

function readOtherwise(
  reader: Reader,
  { name, fields }: ProtobufMessage,
  { tag, object }: { tag: number; object: JSONObject },
): void {
  const wireType = tag & 7;
  if (wireType === 4) throw new ProtobufSyntaxError(`proto: ${name}: wiretype end group for non-group`);
  if (tag >>> 3 === 0) throw new ProtobufSyntaxError(`proto: ${name}: illegal tag 0 (wire type ${tag})`);
  const field = fields.find(({ number }) => number === tag >>> 3);
  if (field === undefined) {
    skipField(reader, tag);
  } else if (wireType === 2 && field.presence === 'list' && field.scalar?.wireType === 0) {
    // The packed form of a list of numbers.
    readWithin(reader, (inner) => {
      while (hasMore(inner)) readField(inner, field, object);
    });
  } else {
    throw new ProtobufSyntaxError(`proto: wrong wireType = ${wireType} for field ${field.name}`);
  }
}

function readField(reader: Reader, field: ProtobufField, object: JSONObject): void {
  const { name } = field;
  switch (field.presence) {
    case 'value':
      setOrDelete(object, name, toOmitted(readValue(reader, field, object[name])));
      return;
    case 'required':
    case 'optional':
      setOrDelete(object, name, readValue(reader, field, object[name]));
      return;
    case 'inline':
      readValue(reader, field, object);
      return;
    case 'list': {
      const items = (object[name] ??= []) as unknown[];
      items.push(readValue(reader, field, undefined) ?? null);
      return;
    }
    case 'map':
      readEntry(reader, field, (object[name] ??= {}) as JSONObject);
  }
}

function readValue(reader: Reader, { scalar, message }: ProtobufField, old: unknown): unknown {
  if (scalar !== undefined) return scalar.read(reader);
  if (message === undefined) return undefined;
  const into = isJSONObject(old) ? old : {};
  return readWithin(reader, (inner) => readMessage(inner, message, into));
}

// Go leaves out what is empty; messages are never.
function toOmitted(value: unknown): unknown {
  return value === '' || value === 0 || value === false ? undefined : value;
}

function setOrDelete(object: JSONObject, name: string, value: unknown): void {
  if (value !== undefined) object[name] = value;
  else if (name in object) delete object[name];
}

function readEntry(reader: Reader, field: ProtobufField, map: JSONObject): void {
  readWithin(reader, (inner) => {
    let key = '';
    let value: unknown;
    const valueTag = 16 | (field.scalar?.wireType ?? 2);
    while (hasMore(inner)) {
      const tag = inner.tag();
      if (tag === 0x0a) key = readText(inner);
      else if (tag === valueTag) value = readValue(inner, field, value);
      else skipField(inner, tag);
    }
    setMember(map, key, value ?? field.scalar?.zero() ?? {});
  });
}
