import type { MediaType } from '../../../apimachinery/runtime/media-type.ts';
import {
  type NegotiationRequest,
  negotiateOutput,
  negotiateWatch,
  type OutputEncoding,
} from '../../../apimachinery/runtime/negotiate.ts';
import type { KindDefinition } from '../../../apimachinery/schema/kind-definition.ts';
import type { RequestContext } from '../../request-context.ts';

/** Media types of bodies, the default first. */
export const servedMediaTypes: readonly MediaType[] = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
];

const textMediaTypes: readonly MediaType[] = ['application/json', 'application/yaml'];

/** Media types in which objects of a kind are read and written. */
export function mediaTypesOf({ protobuf }: Pick<KindDefinition, 'protobuf'>): readonly MediaType[] {
  return protobuf === undefined ? textMediaTypes : servedMediaTypes;
}

/** The form in which objects of a kind are answered to a request. Throws a 406 when there is none that it takes. */
export function negotiateObject(context: RequestContext, kind: Pick<KindDefinition, 'protobuf'>): OutputEncoding {
  return negotiateOutput(toNegotiationRequest(context), servedMediaTypes, mediaTypesOf(kind));
}

/** The form in which a watch tells of objects of a kind. Throws a 406 when there is none that the request takes. */
export function negotiateStream(context: RequestContext, kind: Pick<KindDefinition, 'protobuf'>): OutputEncoding {
  return negotiateWatch(toNegotiationRequest(context), servedMediaTypes, mediaTypesOf(kind));
}

/** What the answer to a watch says that it is: JSON says nothing of a stream. */
export function toStreamType({ mediaType }: OutputEncoding): string {
  return mediaType === 'application/json' ? mediaType : `${mediaType};stream=watch`;
}

/** The parts of a request that choose the encoding of its answer. */
export function toNegotiationRequest({ request, query }: RequestContext): NegotiationRequest {
  const { accept } = request.headers;
  return { accept, userAgent: request.headers['user-agent'], query };
}
