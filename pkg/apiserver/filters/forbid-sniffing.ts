import type { RawResponse } from '../request-context.ts';

/**
 * For refusals that repeat what the client sent, such as a path or the name of a user: old browsers guess HTML from it. Source:
 * apiserver `responsewriters.Forbidden`.
 */
export function forbidSniffing(response: RawResponse): void {
  response.setHeader('X-Content-Type-Options', 'nosniff');
}
