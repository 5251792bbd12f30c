import { Reader, Writer } from 'protobufjs/minimal.js';
import type { ListMeta, TypeMeta, WatchEvent } from '../../../apis/meta/v1/types.ts';
import { readMessage } from './decode-message.ts';
import { writeMessage } from './encode-message.ts';
import type { ProtobufMessage } from './message.ts';
import { listMetaMessage } from './object-meta-messages.ts';
import { hasMore, ProtobufSyntaxError, readBytes, readText, readWithin, skipField } from './wire.ts';
import type { JSONObject } from '../runtime/json.ts';

/** What every protobuf body of Kubernetes begins with: `k8s`, and the number of the only encoding there is. */
const prefix = Buffer.from('k8s\0');

/** Tags of fields that hold something with a length. */
const field1 = 0x0a;
const field2 = 0x12;

/** Content encoding and content type of an envelope, both empty: it holds protobuf as it is. */
const envelopeEnd = Buffer.from([0x1a, 0, 0x22, 0]);

/**
 * Encodes an object as field 2 of a message. That is its place in an envelope and in a list, so that the same bytes serve in both. Throws a
 * `TypeError` for members of another JSON type.
 */
export function encodeField(object: object, message: ProtobufMessage): Buffer {
  const writer = Writer.create().uint32(field2).fork();
  writeMessage(writer, message, object as JSONObject);
  return toBuffer(writer.ldelim().finish());
}

/** A body that holds one object: `field` is what `encodeField` made of it. */
export function encodeEnvelope(type: TypeMeta, field: Buffer): Buffer {
  return Buffer.concat([startEnvelope(type), field, envelopeEnd]);
}

/** What goes around the items of a list. */
export interface ListFrame {
  readonly head: Buffer;
  readonly tail: Buffer;
}

/**
 * A body that holds a list, without its items: they go between `head` and `tail`, each as `encodeField` made it, and have `length` bytes
 * together.
 */
export function encodeListFrame(type: TypeMeta, metadata: ListMeta, length: number): ListFrame {
  const meta = Writer.create().uint32(field1).fork();
  writeMessage(meta, listMetaMessage, { ...metadata });
  const start = meta.ldelim().finish();
  const raw = Writer.create()
    .uint32(field2)
    .uint32(start.length + length)
    .finish();
  return { head: Buffer.concat([startEnvelope(type), raw, start]), tail: envelopeEnd };
}

/** A frame of a watch: its length, and a `WatchEvent` around the body that `encodeEnvelope` made. */
export function encodeWatchFrame(type: WatchEvent['type'], body: Buffer): Buffer {
  const inner = Writer.create().uint32(field1).uint32(body.length).finish();
  const event = Writer.create()
    .uint32(field1)
    .string(type)
    .uint32(field2)
    .uint32(inner.length + body.length)
    .finish();
  const length = Buffer.alloc(4);
  length.writeUInt32BE(event.length + inner.length + body.length);
  return Buffer.concat([length, event, inner, body]);
}

function startEnvelope({ apiVersion, kind }: TypeMeta): Buffer {
  const writer = Writer.create().uint32(field1).fork();
  writer.uint32(field1).string(apiVersion).uint32(field2).string(kind).ldelim();
  return Buffer.concat([prefix, writer.finish()]);
}

/** A decoded body: what it says it is, and the bytes of the object. */
export interface Envelope extends TypeMeta {
  readonly raw: Buffer;
}

/** Takes a body out of its envelope (Go: `runtime.Unknown`). Throws a `ProtobufSyntaxError` for what is none. */
export function decodeEnvelope(body: Uint8Array): Envelope {
  if (body.length === 0) throw new ProtobufSyntaxError('empty data');
  if (!prefix.equals(body.subarray(0, prefix.length))) {
    const expected = `[${[...prefix].join(' ')}]`;
    throw new ProtobufSyntaxError(
      `provided data does not appear to be a protobuf message, expected prefix ${expected}`,
    );
  }
  if (body.length === prefix.length) throw new ProtobufSyntaxError('empty body');
  return read(body.subarray(prefix.length), readEnvelope);
}

/** Decodes the bytes of an object, without its kind. Throws a `ProtobufSyntaxError` for what cannot be one. */
export function decodeMessage(raw: Uint8Array, message: ProtobufMessage): JSONObject {
  return read(raw, (reader) => readMessage(reader, message));
}

function readEnvelope(reader: Reader): Envelope {
  const envelope: { -readonly [member in keyof Envelope]: Envelope[member] } = {
    apiVersion: '',
    kind: '',
    raw: Buffer.alloc(0),
  };
  while (hasMore(reader)) {
    const tag = reader.tag();
    if (tag === field1) readWithin(reader, (inner) => readTypeMeta(inner, envelope));
    else if (tag === field2) envelope.raw = readBytes(reader);
    else skipField(reader, tag);
  }
  return envelope;
}

function readTypeMeta(reader: Reader, type: TypeMeta): void {
  while (hasMore(reader)) {
    const tag = reader.tag();
    if (tag === field1) type.apiVersion = readText(reader);
    else if (tag === field2) type.kind = readText(reader);
    else skipField(reader, tag);
  }
}

function read<T>(bytes: Uint8Array, readFrom: (reader: Reader) => T): T {
  try {
    return readFrom(Reader.create(toBuffer(bytes)));
  } catch (error) {
    if (error instanceof ProtobufSyntaxError) throw error;
    throw new ProtobufSyntaxError(toText(error), { cause: error });
  }
}

// The package throws a RangeError at the end of what it has, and its text decoder a TypeError.
function toText(error: unknown): string {
  if (error instanceof RangeError) return 'unexpected EOF';
  if (error instanceof TypeError) return 'string field contains invalid UTF-8';
  return error instanceof Error ? `proto: ${error.message}` : String(error);
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
