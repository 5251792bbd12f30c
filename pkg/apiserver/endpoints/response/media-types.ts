import type { MediaType } from '../../../apimachinery/runtime/media-type.ts';
import type { NegotiationRequest } from '../../../apimachinery/runtime/negotiate.ts';
import type { RequestContext } from '../../request-context.ts';

/** Media types of bodies, the default first. */
export const servedMediaTypes: readonly MediaType[] = ['application/json', 'application/yaml'];

/** The parts of a request that choose the encoding of its answer. */
export function toNegotiationRequest({ request, query }: RequestContext): NegotiationRequest {
  const { accept } = request.headers;
  return { accept, userAgent: request.headers['user-agent'], query };
}
