import { parseRequestInfo, type RequestInfo } from '../endpoints/request-info.ts';
import type { RequestContext } from '../request-context.ts';

/** What one server takes for part of a segment, and another one for the end of it. */
const ambiguous = /%2[ef]|\/\.|\/\/|\\/i;

/**
 * What else a path may mean to a backend, which gets it byte for byte: one that decodes the path before it takes it apart, as Go does, reads
 * `%2F` as the end of a segment, and some take out `..` and empty segments. A request must be allowed in every reading. None for nearly
 * every path.
 */
export function readOtherwise({
  path,
  method,
  query,
}: Pick<RequestContext, 'path' | 'method' | 'query'>): RequestInfo[] {
  if (!ambiguous.test(path)) return [];
  const split = path.replaceAll(/%2f/gi, '/');
  return [split, withoutDots(split), withoutDots(withoutEmpty(split))].flatMap((each) => {
    try {
      return [parseRequestInfo({ method, path: each, query })];
    } catch {
      // It stops in the middle: nobody can answer it with more than an error.
      return [];
    }
  });
}

/** As the URL standard has it. */
function withoutDots(path: string): string {
  return withoutEmpty(new URL(`http://localhost${path}`).pathname);
}

function withoutEmpty(path: string): string {
  return path.replaceAll(/\/{2,}/g, '/');
}
