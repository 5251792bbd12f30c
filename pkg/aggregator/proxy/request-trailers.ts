import type { RawRequest } from '../../apiserver/request-context.ts';
import { canonicalName, firstValue, type HeaderLines, isNominated, isWithheld } from './headers.ts';
/**
 * What no trailer may say (RFC 9110 6.5.1): how to treat the request, who sends it, what its content is. A backend that adds trailers
 * to the header would have made up its mind without them, or make it up anew.
 */
const forbidden =
  /^(accept.*|authentication-.*|cache-control|content-.*|cookie2?|date|host|if-.*|max-forwards|pragma|proxy-.*|range|set-cookie2?|trailers?|user-agent|via|x-http-method.*|x-method-override|x-original-.*|x-rewrite-url)$/;

/** Names of the trailers that a client announces and that may reach a backend, as the client spells them. */
export function announcedTrailers({ rawHeaders }: Pick<RawRequest, 'rawHeaders'>): string[] {
  if (firstValue(rawHeaders, 'trailer') === undefined || isNominated(rawHeaders, 'trailer')) return [];
  const names: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() !== 'trailer') continue;
    for (const token of (rawHeaders[index + 1] ?? '').split(',')) {
      const name = token.trim();
      if (isName.test(name) && mayPass(name, rawHeaders)) names.push(name);
    }
  }
  return names;
}

/** The client's trailers that may reach a backend, once its body has ended. */
export function toBackendTrailers({
  rawHeaders,
  rawTrailers,
}: Pick<RawRequest, 'rawHeaders' | 'rawTrailers'>): string[] {
  const kept: string[] = [];
  for (let index = 0; index < rawTrailers.length; index += 2) {
    const name = rawTrailers[index] ?? '';
    if (isName.test(name) && mayPass(name, rawHeaders)) kept.push(name, rawTrailers[index + 1] ?? '');
  }
  return kept;
}

/** A token (RFC 9110 5.6.2). */
const isName = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;

function mayPass(name: string, head: HeaderLines): boolean {
  const lower = name.toLowerCase();
  return !isWithheld(lower, noneNominated) && !forbidden.test(canonicalName(lower)) && !isNominated(head, lower);
}

const noneNominated: ReadonlySet<string> = new Set();
