import type { Writer } from 'protobufjs';
import type { Field, JSONMessage, JSONMessages } from './json-message.ts';
import { toMismatchText } from './wire.ts';
import { toYAMLText } from './yaml-text.ts';

/**
 * Encodes a JSON value as the message `name` of a table.
 *
 * Members that the table does not know, and members that are null, are left out. Rejects with a `TypeError` that says
 * where a value has another JSON type than its field. The protobuf package is loaded by the first call.
 */
export async function encodeJSONMessage(value: unknown, name: string, messages: JSONMessages): Promise<Buffer> {
  const { Writer } = await import('protobufjs/minimal.js');
  const writer = Writer.create();
  writeMessage({ writer, messages, path: [name] }, name, value);
  return Buffer.from(writer.finish());
}

interface Context {
  readonly writer: Writer;
  readonly messages: JSONMessages;
  /** Where in the document we are, for error texts. */
  readonly path: string[];
}

type ObjectMessage = JSONMessage & { readonly form: 'object' };
type Member = readonly [name: string, value: unknown];

const wireTypes = { string: 2, bool: 0, double: 1, int64: 0 } as const;
const lengthDelimited = 2;
const jsonTypes = { string: 'a string', bool: 'a boolean', double: 'a number', int64: 'an integer' } as const;

function writeMessage(context: Context, name: string, value: unknown): void {
  const message = context.messages[name];
  if (message === undefined) throw new TypeError(`${context.path.join('.')}: there is no protobuf message ${name}`);
  if (message.form === 'object') {
    writeObject(context, message, value);
  } else if (message.form === 'list') {
    writeRepeated(context, [1, message.of], Array.isArray(value) ? value : [value]);
  } else {
    const number = message.select(value);
    const type = message.branches[number - 1];
    if (type !== undefined) writeField(context, [number, type], value);
  }
}

function writeObject(context: Context, message: ObjectMessage, value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw mismatch(context, 'an object', value);
  const { fields, others } = message;
  for (const [name, field] of fields) {
    if (Object.hasOwn(value, name)) writeMember(context, field, [name, Reflect.get(value, name)]);
  }
  const isExtension = ([name]: Member): boolean => others.extensions !== undefined && name.startsWith('x-');
  const unnamed = Object.entries(value).filter(([name]) => !fields.has(name));
  writePairs(
    context,
    others.rest,
    unnamed.filter((each) => !isExtension(each)),
  );
  writePairs(context, others.extensions, unnamed.filter(isExtension));
}

function writeMember(context: Context, field: Field, [name, value]: Member): void {
  const [number, type] = field;
  context.path.push(name);
  if (type.endsWith('[]')) {
    if (value !== null) writeRepeated(context, [number, type.slice(0, -2)], value);
  } else if (type === 'any' || !isImplied(type, value)) {
    writeField(context, field, value);
  }
  context.path.pop();
}

/** proto3 does not write what a reader takes for granted. */
function isImplied(type: string, value: unknown): boolean {
  return value === null || (type in wireTypes && (value === '' || value === 0 || value === false));
}

function writeRepeated(context: Context, field: Field, values: unknown): void {
  if (!Array.isArray(values)) throw mismatch(context, 'an array', values);
  for (const value of values) writeField(context, field, value);
}

/** A map: repeated messages of a name (1) and a value (2). */
function writePairs(context: Context, field: Field | undefined, members: readonly Member[]): void {
  if (field === undefined) return;
  const [number, type] = field;
  for (const [name, value] of members) {
    context.writer.uint32(toTag(number, lengthDelimited)).fork();
    writeMember(context, [1, 'string'], ['name', name]);
    writeMember(context, [2, type], [name, value]);
    context.writer.ldelim();
  }
}

function writeField(context: Context, [number, type]: Field, value: unknown): void {
  if (type in wireTypes) {
    writeScalar(context, [number, type as keyof typeof wireTypes], value);
    return;
  }
  context.writer.uint32(toTag(number, lengthDelimited)).fork();
  if (type === 'any') writeField(context, [2, 'string'], toYAMLText(value));
  else writeMessage(context, type, value);
  context.writer.ldelim();
}

function writeScalar(
  context: Context,
  [number, type]: readonly [number, keyof typeof wireTypes],
  value: unknown,
): void {
  const writer = context.writer.uint32(toTag(number, wireTypes[type]));
  if (type === 'string' && typeof value === 'string') writer.string(value);
  else if (type === 'bool' && typeof value === 'boolean') writer.bool(value);
  else if (type === 'double' && typeof value === 'number') writer.double(value);
  else if (type === 'int64' && Number.isInteger(value)) writer.int64(Number(value));
  else throw mismatch(context, jsonTypes[type], value);
}

function toTag(number: number, wireType: number): number {
  return ((number << 3) | wireType) >>> 0;
}

function mismatch({ path }: Context, expected: string, value: unknown): TypeError {
  return new TypeError(`${path.join('.')}: ${toMismatchText(expected, value)}`);
}
