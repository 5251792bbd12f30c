import type { KubernetesObject, Status, WatchEvent } from '../../../../apis/meta/v1/types.ts';
import { encodeJSON } from '../../../apimachinery/runtime/encode-json.ts';
import type { OutputEncoding } from '../../../apimachinery/runtime/negotiate.ts';
import { toPartialObjectMetadata } from '../../../apimachinery/runtime/partial-object-metadata.ts';
import { newSingleRowTable, parseIncludeObject } from '../../../apimachinery/runtime/table.ts';
import { toAPIVersion } from '../../../apimachinery/schema/group-version.ts';
import type { KindDefinition } from '../../../apimachinery/schema/kind-definition.ts';
import type { RequestContext } from '../../request-context.ts';
import type { ResourceScope } from '../handlers/resource-scope.ts';
import { encodeObject } from './object-encoder.ts';
import { newProtobufFrames, toMessage } from './protobuf-encoder.ts';

/** Makes the frames of one watch: a line of JSON each, or a message of protobuf after its length. */
export interface WatchEncoder {
  event(type: WatchEvent['type'], object: KubernetesObject): string | Buffer;
  bookmark(resourceVersion: string, options: { readonly initialEventsEnd: boolean }): string | Buffer;
  error(status: Status): string | Buffer;
}

/** The encoder for the form that the client asked for. Rejects with a 400 for a wrong `includeObject`. */
export async function newWatchEncoder(
  context: RequestContext,
  scope: ResourceScope,
  output: OutputEncoding,
): Promise<WatchEncoder> {
  return output.mediaType === 'application/vnd.kubernetes.protobuf'
    ? newProtobufEncoder(scope, output)
    : newJSONEncoder(context, scope, output);
}

async function newProtobufEncoder({ kind }: ResourceScope, output: OutputEncoding): Promise<WatchEncoder> {
  const frames = await newProtobufFrames(toMessage(output, kind));
  const convert = (object: KubernetesObject): KubernetesObject =>
    output.as === 'Object' || output.as === 'Table' ? object : toPartialObjectMetadata(object, output.apiVersion);
  return {
    event: (type, object) => frames.event(type, convert(object)),
    bookmark: (...args) => frames.event('BOOKMARK', convert(newBookmark(kind, ...args))),
    error: (status) => frames.error(status),
  };
}

/** The object of a bookmark, which is nothing but a revision. */
function newBookmark(
  kind: KindDefinition,
  resourceVersion: string,
  { initialEventsEnd }: { readonly initialEventsEnd: boolean },
): KubernetesObject {
  const annotations = initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
  return { kind: kind.kind, apiVersion: toAPIVersion(kind), metadata: { resourceVersion, ...annotations } };
}

function newJSONEncoder({ query }: RequestContext, scope: ResourceScope, output: OutputEncoding): WatchEncoder {
  const { kind } = scope;
  const includeObject = parseIncludeObject(query);
  let headSent = false;
  const encode = (object: KubernetesObject, bookmark: boolean): string => {
    if (output.as === 'Object' || output.as === 'PartialObjectMetadataList') return encodeObject(object);
    if (output.as === 'PartialObjectMetadata')
      return encodeJSON(toPartialObjectMetadata(object, output.apiVersion)).trimEnd();
    // A bookmark has no members to make cells of.
    const columns = bookmark ? kind.columns?.map((column) => ({ ...column, cell: () => null })) : kind.columns;
    const table = newSingleRowTable(object, {
      apiVersion: output.apiVersion,
      columns,
      // The bookmark that ends the initial events must carry its annotation whatever the client includes.
      includeObject: bookmark ? 'Metadata' : includeObject,
      now: scope.now(),
      withoutColumnDefinitions: headSent,
    });
    headSent = true;
    return encodeJSON(table).trimEnd();
  };
  const frame = (type: WatchEvent['type'], object: string): string => `{"type":"${type}","object":${object}}\n`;
  return {
    event: (type, object) => frame(type, encode(object, false)),
    bookmark: (...args) => frame('BOOKMARK', encode(newBookmark(kind, ...args), true)),
    error: (status) => frame('ERROR', encodeJSON(status).trimEnd()),
  };
}
