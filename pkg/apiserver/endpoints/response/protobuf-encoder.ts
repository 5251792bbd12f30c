import type { KubernetesList, KubernetesObject, Status, TypeMeta, WatchEvent } from '../../../../apis/meta/v1/types.ts';
import { loadCodec, type ProtobufCodec } from '../../../apimachinery/protobuf/load-codec.ts';
import type { ProtobufMessage } from '../../../apimachinery/protobuf/message.ts';
import { partialObjectMetadataMessage } from '../../../apimachinery/protobuf/object-meta-messages.ts';
import { statusMessage } from '../../../apimachinery/protobuf/status-message.ts';
import type { OutputEncoding } from '../../../apimachinery/runtime/negotiate.ts';
import type { KindDefinition } from '../../../apimachinery/schema/kind-definition.ts';
import type { TakeTurns } from '../../turns.ts';

/** How many items of a list are encoded before others may have their turn. */
const itemsPerPiece = 128;

/** As what an object of a kind is written: as what it is, or as metadata. Throws a `TypeError` for a kind without protobuf. */
export function toMessage({ as }: OutputEncoding, { kind, protobuf }: KindDefinition): ProtobufMessage {
  if (as !== 'Object') return partialObjectMetadataMessage;
  if (protobuf === undefined) throw new TypeError(`${kind} has no protobuf`);
  return protobuf;
}

/** A body with one object, or with a document of a kind that has no version of its own. */
export async function encodeProtobuf(object: Partial<TypeMeta>, message: ProtobufMessage): Promise<Buffer> {
  return toBody(await loadCodec(), object, message);
}

/** The pieces of a body with a list; `message` is that of its items. Others have their turn in between. */
export async function encodeProtobufList(
  list: KubernetesList,
  message: ProtobufMessage,
  takeTurns: TakeTurns,
): Promise<Buffer[]> {
  const codec = await loadCodec();
  const { items, metadata, ...type } = list;
  const pieces: Buffer[] = [];
  let length = 0;
  for (let at = 0; at < items.length; at += itemsPerPiece) {
    const fields = items.slice(at, at + itemsPerPiece).map((item) => fieldOf(codec, item, message));
    const piece = Buffer.concat(fields);
    pieces.push(piece);
    length += piece.length;
    await takeTurns();
  }
  const { head, tail } = codec.encodeListFrame(type, metadata, length);
  return [head, ...pieces, tail];
}

/** Makes the frames of a watch. */
export interface ProtobufFrames {
  event(type: WatchEvent['type'], object: KubernetesObject): Buffer;
  error(status: Status): Buffer;
}

/** The frames of a watch of objects that are written as `message`. */
export async function newProtobufFrames(message: ProtobufMessage): Promise<ProtobufFrames> {
  const codec = await loadCodec();
  return {
    event: (type, object) => codec.encodeWatchFrame(type, toBody(codec, object, message)),
    error: (status) => codec.encodeWatchFrame('ERROR', toBody(codec, status, statusMessage)),
  };
}

function toBody(codec: ProtobufCodec, object: Partial<TypeMeta>, message: ProtobufMessage): Buffer {
  const { apiVersion = '', kind = '' } = object;
  return codec.encodeEnvelope({ apiVersion, kind }, fieldOf(codec, object, message));
}

/** What the codec made of an object, or of the metadata of one. */
const known = new WeakMap<object, Buffer>();

/** Stored objects are frozen and shared, so that each is encoded once for all readers, lists and watchers. */
function fieldOf({ encodeField }: ProtobufCodec, object: object, message: ProtobufMessage): Buffer {
  // An object is written as what it is or as metadata, and as nothing else.
  const key = message === partialObjectMetadataMessage ? (object as KubernetesObject).metadata : object;
  const kept = known.get(key);
  if (kept !== undefined) return kept;
  const field = encodeField(object, message);
  if (Object.isFrozen(key)) known.set(key, field);
  return field;
}
