import { newNotAcceptable } from '../errors/constructors.ts';
import { type AcceptClause, covers, type MediaType, parseAccept } from './media-type.ts';
import { isPretty } from './pretty.ts';

/** API versions in which Table and PartialObjectMetadata are spoken. */
export type MetaVersion = 'meta.k8s.io/v1' | 'meta.k8s.io/v1beta1';

interface Encoding<M extends MediaType = MediaType> {
  readonly mediaType: M;
  /** JSON only: indent it. */
  readonly pretty: boolean;
}

/** How a response is to be written: as it is, or converted first. */
export type OutputEncoding =
  | (Encoding & { readonly as: 'Object' })
  | (Encoding<'application/json' | 'application/yaml'> & { readonly as: 'Table'; readonly apiVersion: MetaVersion })
  | (Encoding & {
      readonly as: 'PartialObjectMetadata' | 'PartialObjectMetadataList';
      readonly apiVersion: MetaVersion;
    });

/** Parts of a request that choose the encoding of its response. */
export interface NegotiationRequest {
  readonly accept: string | undefined;
  readonly userAgent: string | undefined;
  readonly query: URLSearchParams;
}

/**
 * Chooses the encoding of a response among `mediaTypes`, the first being the default. A clause that asks for a conversion
 * that does not exist is passed over, and so is one for an object as it is that is not among `unconverted`: metadata can be
 * written as protobuf where the object cannot. Throws a 406 `StatusError` when no clause is left.
 */
export function negotiateOutput(
  request: NegotiationRequest,
  mediaTypes: readonly MediaType[],
  unconverted: readonly MediaType[] = mediaTypes,
): OutputEncoding {
  return negotiate(request, mediaTypes, { watch: false, unconverted }) ?? fail(mediaTypes);
}

/** Chooses the encoding of a watch stream by the same rules. There is no stream of YAML. */
export function negotiateWatch(
  request: NegotiationRequest,
  mediaTypes: readonly MediaType[],
  unconverted: readonly MediaType[] = mediaTypes,
): OutputEncoding {
  const streams = mediaTypes.filter((mediaType) => mediaType !== 'application/yaml');
  const output = negotiate(request, streams, { watch: true, unconverted });
  return output ?? fail(streams.map((mediaType) => `${mediaType};stream=watch`));
}

/** Chooses the encoding of an error: never converted, JSON when the client accepts nothing of ours. */
export function negotiateError(request: NegotiationRequest, mediaTypes: readonly MediaType[]): Encoding {
  const [first] = mediaTypes;
  const fallback: Encoding = { mediaType: first ?? 'application/json', pretty: true };
  return negotiate(request, mediaTypes, { watch: false, unconverted: mediaTypes }) ?? fallback;
}

interface Mode {
  readonly watch: boolean;
  /** What an object that is not converted may be written as. */
  readonly unconverted: readonly MediaType[];
}

function negotiate(
  request: NegotiationRequest,
  mediaTypes: readonly MediaType[],
  mode: Mode,
): OutputEncoding | undefined {
  const asked = isPretty(request.query, request.userAgent);
  const [first] = mediaTypes;
  if ((request.accept ?? '') === '') return first && { as: 'Object', mediaType: first, pretty: asked };
  for (const clause of parseAccept(request.accept ?? '')) {
    for (const mediaType of mediaTypes) {
      if (!covers(clause, mediaType) || !acceptsParameters(clause, mode)) continue;
      const pretty = asked || clause.parameters.get('pretty') === '1';
      const output = toOutput(clause, mediaType, pretty);
      if (output !== undefined && (output.as !== 'Object' || mode.unconverted.includes(mediaType))) return output;
    }
  }
  return undefined;
}

// `stream` names the framing of a watch, `sv` the version of the server's own kinds. Unknown parameters are ignored.
function acceptsParameters({ parameters }: AcceptClause, { watch }: Mode): boolean {
  const stream = parameters.get('stream');
  return (stream === undefined || (watch && stream === 'watch')) && (parameters.get('sv') ?? 'v1') === 'v1';
}

function toOutput({ parameters }: AcceptClause, mediaType: MediaType, pretty: boolean): OutputEncoding | undefined {
  const as = parameters.get('as');
  const group = parameters.get('g');
  const version = parameters.get('v');
  if (as === undefined && group === undefined && version === undefined) return { as: 'Object', mediaType, pretty };
  if (group !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) return undefined;
  const apiVersion: MetaVersion = `${group}/${version}`;
  if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList')
    return { as, mediaType, apiVersion, pretty };
  if (as !== 'Table' || mediaType === 'application/vnd.kubernetes.protobuf') return undefined;
  return { as, mediaType, apiVersion, pretty };
}

function fail(accepted: readonly string[]): never {
  throw newNotAcceptable(accepted);
}
