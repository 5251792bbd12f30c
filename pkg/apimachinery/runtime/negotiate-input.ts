import { newUnsupportedMediaType } from '../errors/constructors.ts';
import { newStatusError, type StatusError } from '../errors/status-error.ts';
import type { MediaType } from './media-type.ts';
import { parseAccept } from './media-type.ts';

/** Media types of patches. */
export type PatchType =
  | 'application/json-patch+json'
  | 'application/merge-patch+json'
  | 'application/strategic-merge-patch+json'
  | 'application/apply-patch+yaml';

/** All patch types, in the order in which upstream lists them. */
export const allPatchTypes: readonly PatchType[] = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

/** The media type of a request body; without a header the first one. Throws a 415 `StatusError`. */
export function negotiateInput(contentType: string | undefined, mediaTypes: readonly MediaType[]): MediaType {
  const [first] = mediaTypes;
  const bare = toBareType(contentType);
  const found = bare === '' ? first : mediaTypes.find((mediaType) => mediaType === bare);
  if (found === undefined) throw newUnsupportedMediaType(mediaTypes);
  return found;
}

/**
 * The type of a patch. Throws a 415 `StatusError`: the router's own for what is no patch at all, the handler's for a patch type that
 * this resource does not take.
 */
export function negotiatePatch(contentType: string | undefined, served: readonly PatchType[]): PatchType {
  const bare = toBareType(contentType);
  const found = allPatchTypes.find((each) => each === bare);
  if (found === undefined) throw newRouteUnsupportedMediaType();
  if (!served.includes(found)) throw newUnsupportedMediaType(served);
  return found;
}

/** 415: no route takes this media type (Go: go-restful's own error). */
export function newRouteUnsupportedMediaType(): StatusError {
  const message = '415: Unsupported Media Type';
  return newStatusError({ code: 415, reason: 'UnsupportedMediaType', message, details: {} });
}

/**
 * Throws the router's 406 when `Accept` names none of the media types that a route produces. Runs before the negotiation proper;
 * qualities and parameters do not count (Go: go-restful's own check).
 */
export function checkRouteAccepts(accept: string | undefined, produces: readonly string[]): void {
  if ((accept ?? '') === '') return;
  const ranges = (accept ?? '').split(',').map((clause) => toBareType(clause));
  if (ranges.some((range) => range === '*/*' || produces.includes(range))) return;
  // Type wildcards: go-restful does not know them, clients do mean them.
  if (parseAccept(accept ?? '').some((clause) => clause.subtype === '*')) return;
  const message = `406: Not Acceptable\n\nAvailable representations: ${produces.join(', ')}`;
  throw newStatusError({ code: 406, reason: 'NotAcceptable', message, details: {} });
}

function toBareType(header: string | undefined): string {
  return (header ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
