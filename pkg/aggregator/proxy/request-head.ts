import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { newBadRequest, newMethodNotAllowed } from '../../apimachinery/errors/constructors.ts';
import type { RawRequest, RequestContext } from '../../apiserver/request-context.ts';
import { toForwardableHeaders } from './headers.ts';
import { toIdentityHeaders } from './identity.ts';

/** Tells an HTTP/2 request from an HTTP/1.1 one. */
export function isHttp2Request(request: RawRequest): request is Http2ServerRequest {
  return request.httpVersionMajor === 2;
}

/**
 * Header lines of the request that goes to the backend, without framing: what the client said and may say, then what we say.
 * Throws a `StatusError` when the request cannot be sent on as it is.
 */
export function toBackendHeaders(context: RequestContext, authority: string): string[] {
  const { request } = context;
  assertSendable(context);
  const lines = ['Host', authority];
  for (const text of toForwardableHeaders(request.rawHeaders)) lines.push(text);
  if (context.auditID !== '') lines.push('Audit-ID', context.auditID);
  const client = clientAddress(request);
  if (client !== undefined) lines.push('X-Forwarded-For', client);
  const asked = askedHost(request);
  if (asked !== undefined) lines.push('X-Forwarded-Host', asked);
  lines.push('X-Forwarded-Proto', 'https', 'X-Forwarded-Uri', context.path);
  for (const text of toIdentityHeaders(context.user)) lines.push(text);
  return lines;
}

function assertSendable({ method, target, request }: RequestContext): void {
  // A tunnel through a backend would leave every rule of ours behind.
  if (method === 'CONNECT') throw newMethodNotAllowed();
  // Anything else than origin-form names another server, and white space would end the request line.
  if (!/^\/[\u0021-\u00ff]*$/.test(target)) throw newBadRequest('the request target is not a path');
  const encoding = request.headers['transfer-encoding'];
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'chunked') {
    // Node undoes `chunked` only; what is left would reach the backend as if it had no coding at all.
    throw newBadRequest(`transfer-encoding ${JSON.stringify(encoding)} is not supported, only "chunked" is`);
  }
}

function clientAddress(request: RawRequest): string | undefined {
  const address = request.socket.remoteAddress;
  return address?.startsWith('::ffff:') === true && address.includes('.') ? address.slice('::ffff:'.length) : address;
}

function askedHost(request: RawRequest): string | undefined {
  return isHttp2Request(request) ? (request.authority ?? request.headers.host) : hostOf(request);
}

function hostOf(request: IncomingMessage): string | undefined {
  return request.headers.host;
}
