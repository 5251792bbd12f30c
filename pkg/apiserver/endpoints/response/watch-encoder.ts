import type { KubernetesObject, Status, WatchEvent } from '../../../../apis/meta/v1/types.ts';
import { encodeJSON } from '../../../apimachinery/runtime/encode-json.ts';
import type { OutputEncoding } from '../../../apimachinery/runtime/negotiate.ts';
import { toPartialObjectMetadata } from '../../../apimachinery/runtime/partial-object-metadata.ts';
import { newSingleRowTable, parseIncludeObject } from '../../../apimachinery/runtime/table.ts';
import { toAPIVersion } from '../../../apimachinery/schema/group-version.ts';
import type { RequestContext } from '../../request-context.ts';
import type { ResourceScope } from '../handlers/resource-scope.ts';
import { encodeObject } from './object-encoder.ts';

/** Makes the frames of one watch: a line of JSON each. */
export interface WatchEncoder {
  event(type: WatchEvent['type'], object: KubernetesObject): string;
  bookmark(resourceVersion: string, options: { readonly initialEventsEnd: boolean }): string;
  error(status: Status): string;
}

/** The encoder for the form that the client asked for. Throws a 400 for a wrong `includeObject`. */
export function newWatchEncoder({ query }: RequestContext, scope: ResourceScope, output: OutputEncoding): WatchEncoder {
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
    bookmark: (resourceVersion, { initialEventsEnd }) => {
      const annotations = initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
      const metadata = { resourceVersion, ...annotations };
      return frame('BOOKMARK', encode({ kind: kind.kind, apiVersion: toAPIVersion(kind), metadata }, true));
    },
    error: (status) => frame('ERROR', encodeJSON(status).trimEnd()),
  };
}
