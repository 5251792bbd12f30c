import { newBadRequest, newMethodNotAllowed } from '../../apimachinery/errors/constructors.ts';
import type { RequestContext } from '../../apiserver/request-context.ts';
import { toForwardedHeaders } from './forwarded-headers.ts';
import { type HeaderLines, toForwardableHeaders } from './headers.ts';
import { toIdentityHeaders } from './identity.ts';
import type { TrustedProxies } from './trusted-proxies.ts';

/** What the header lines of a request go by, besides the request. */
export interface BackendHeadersOptions {
  readonly authority: string;
  /** Clients that are believed about where a request came from; by default nobody. */
  readonly trustedProxies?: TrustedProxies | undefined;
}

/**
 * Header lines of the request that goes to the backend, without framing: what the client said and may say, then what we say.
 * Throws a `StatusError` when the request cannot be sent on as it is.
 */
export function toBackendHeaders(context: RequestContext, options: BackendHeadersOptions): string[] {
  assertSendable(context);
  const lines = ['Host', options.authority];
  for (const text of toForwardableHeaders(context.request.rawHeaders)) lines.push(text);
  if (context.auditID !== '') lines.push('Audit-ID', context.auditID);
  for (const text of toForwardedHeaders(context, options.trustedProxies)) lines.push(text);
  for (const text of toIdentityHeaders(context.user)) lines.push(text);
  return lines;
}

function assertSendable({ method, target, request }: RequestContext): void {
  // A tunnel through a backend would leave every rule of ours behind.
  if (method === 'CONNECT') throw newMethodNotAllowed();
  // Without a version there are no header lines, and nothing but trouble (HTTP/0.9).
  if (request.httpVersionMajor === 0) throw newBadRequest('the request names no version of HTTP');
  // Anything else than origin-form names another server, and white space would end the request line.
  if (!/^\/[\u0021-\u00ff]*$/.test(target)) throw newBadRequest('the request target is not a path');
  // Node takes the first of several; another server might take the last (RFC 9112 3.2).
  if (hasTwoHosts(request.rawHeaders)) throw newBadRequest('the request names two hosts');
  const encoding = request.headers['transfer-encoding'];
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'chunked') {
    // Node undoes `chunked` only; what is left would reach the backend as if it had no coding at all.
    throw newBadRequest(`transfer-encoding ${JSON.stringify(encoding)} is not supported, only "chunked" is`);
  }
}

function hasTwoHosts(lines: HeaderLines): boolean {
  let hosts = 0;
  for (let index = 0; index < lines.length; index += 2) {
    const name = lines[index];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  return hosts > 1;
}
