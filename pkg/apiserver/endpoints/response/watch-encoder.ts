import type { KubernetesObject, Status } from '../../../../apis/meta/v1/types.ts';
import { encodeJSON } from '../../../apimachinery/runtime/encode-json.ts';
import type { MetaVersion, OutputEncoding } from '../../../apimachinery/runtime/negotiate.ts';
import { toPartialObjectMetadata } from '../../../apimachinery/runtime/partial-object-metadata.ts';
import {
  type IncludeObject,
  newSingleRowTable,
  parseIncludeObject,
  type Table,
} from '../../../apimachinery/runtime/table.ts';
import { toAPIVersion } from '../../../apimachinery/schema/group-version.ts';
import type { RequestContext } from '../../request-context.ts';
import type { ResourceScope } from '../handlers/resource-scope.ts';
import { encodeObject } from './object-encoder.ts';
import { newProtobufFrames, type ProtobufFrames, toMessage } from './protobuf-encoder.ts';
import type { ChangeType, SharedFrame } from './shared-frames.ts';

type FrameType = ChangeType | 'BOOKMARK' | 'ERROR';

/** The encoder for the form that the client asked for. Rejects with a 400 for a wrong `includeObject`. */
export async function newWatchEncoder(
  { query }: RequestContext,
  scope: ResourceScope,
  output: OutputEncoding,
): Promise<WatchEncoder> {
  const isProtobuf = output.mediaType === 'application/vnd.kubernetes.protobuf';
  const protobuf = isProtobuf ? await newProtobufFrames(toMessage(output, scope.kind)) : undefined;
  return new WatchEncoder({ scope, output, protobuf, includeObject: parseIncludeObject(query) });
}

interface WatchEncoderOptions {
  readonly scope: ResourceScope;
  readonly output: OutputEncoding;
  readonly includeObject: IncludeObject;
  readonly protobuf: ProtobufFrames | undefined;
}

/** Makes the frames of one watch: a line of JSON each, or a message of protobuf after its length. */
export class WatchEncoder {
  readonly #scope: ResourceScope;
  readonly #output: OutputEncoding;
  readonly #includeObject: IncludeObject;
  readonly #protobuf: ProtobufFrames | undefined;
  readonly #shared: SharedFrame;
  #headSent = false;

  constructor({ scope, output, includeObject, protobuf }: WatchEncoderOptions) {
    this.#scope = scope;
    this.#output = output;
    this.#includeObject = includeObject;
    this.#protobuf = protobuf;
    this.#shared = scope.frames.of(toForm(output, includeObject));
  }

  /** The bytes are shared by all watches that want the same. */
  event(type: ChangeType, object: KubernetesObject): Buffer {
    const shared = this.#shared;
    // The first table of a watch carries the heads of its columns.
    if (this.#output.as === 'Table' && !this.#headSent) return this.#encode(type, object);
    if (shared.bytes !== undefined && shared.object === object && shared.type === type) return shared.bytes;
    const bytes = this.#encode(type, object);
    Object.assign(shared, { type, object, bytes });
    return bytes;
  }

  bookmark(resourceVersion: string, { initialEventsEnd }: { readonly initialEventsEnd: boolean }): Buffer {
    const { kind } = this.#scope;
    const annotations = initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
    const metadata = { resourceVersion, ...annotations };
    return this.#encode('BOOKMARK', { kind: kind.kind, apiVersion: toAPIVersion(kind), metadata });
  }

  error(status: Status): Buffer {
    return this.#protobuf?.error(status) ?? toLine('ERROR', encodeJSON(status).trimEnd());
  }

  #encode(type: ChangeType | 'BOOKMARK', object: KubernetesObject): Buffer {
    const output = this.#output;
    switch (output.as) {
      case 'Object':
        return this.#protobuf?.event(type, object) ?? toLine(type, encodeObject(object));
      case 'PartialObjectMetadataList':
        // Nothing in a stream is a list: JSON shows the object as it is.
        if (this.#protobuf === undefined) return toLine(type, encodeObject(object));
        return this.#protobuf.event(type, toPartialObjectMetadata(object, output.apiVersion));
      case 'PartialObjectMetadata': {
        const partial = toPartialObjectMetadata(object, output.apiVersion);
        return this.#protobuf?.event(type, partial) ?? toLine(type, encodeJSON(partial).trimEnd());
      }
      case 'Table':
        return toLine(type, encodeJSON(this.#toTable(type, object, output.apiVersion)).trimEnd());
    }
  }

  #toTable(type: FrameType, object: KubernetesObject, apiVersion: MetaVersion): Table {
    const { kind, now } = this.#scope;
    const isBookmark = type === 'BOOKMARK';
    const withoutColumnDefinitions = this.#headSent;
    this.#headSent = true;
    return newSingleRowTable(object, {
      apiVersion,
      // A bookmark has no members to make cells of.
      columns: isBookmark ? kind.columns?.map((column) => ({ ...column, cell: () => null })) : kind.columns,
      // The bookmark that ends the initial events must carry its annotation whatever the client includes.
      includeObject: isBookmark ? 'Metadata' : this.#includeObject,
      now: now(),
      withoutColumnDefinitions,
    });
  }
}

function toForm(output: OutputEncoding, includeObject: IncludeObject): string {
  if (output.as === 'Object') return output.mediaType;
  const form = `${output.mediaType} ${output.as} ${output.apiVersion}`;
  return output.as === 'Table' ? `${form} ${includeObject}` : form;
}

function toLine(type: FrameType, object: string): Buffer {
  return Buffer.from(`{"type":"${type}","object":${object}}\n`);
}
