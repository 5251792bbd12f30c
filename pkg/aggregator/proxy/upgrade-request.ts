import { newBadRequest } from '../../apimachinery/errors/constructors.ts';
import { protocolHeader, withoutTokens } from '../../apiserver/authentication/websocket-bearer.ts';
import type { RequestContext } from '../../apiserver/request-context.ts';
import { type BackendHeadersOptions, toBackendHeaders } from './request-head.ts';
import { hasBody } from './upload.ts';

/** The connection would then carry HTTP again, past all rules about identity ("h2c smuggling"). */
const forbiddenProtocol = /^(h2|h2c|http|tls)(\/|$)/;

/** Protocols that the client would like and may have, as it spells them. Others are not offered to the backend. */
export function offeredProtocols({ request }: RequestContext, carried: readonly string[]): readonly string[] {
  const names = (request.headers.upgrade ?? '').split(',').map((name) => name.trim());
  if (names.includes('')) throw newBadRequest('Upgrade request required');
  const offered = names.filter((name) => carried.includes(name.toLowerCase()));
  const forbidden = names.find((name) => forbiddenProtocol.test(name.toLowerCase()));
  const refused = forbidden ?? (offered.length === 0 ? names[0] : undefined);
  if (refused !== undefined) {
    throw newBadRequest(
      `an upgrade to ${JSON.stringify(refused)} is not possible, only one to ${carried.join(' or ')}`,
    );
  }
  return offered;
}

/** Whether http-proxy can carry it: it knows this one protocol only. */
export function isWebSocket({ method }: RequestContext, asked: readonly string[]): boolean {
  return method === 'GET' && asked.length === 1 && asked[0] === 'websocket';
}

/** Header lines of the request, without the protocols that are asked for. Throws a `StatusError` when it cannot be sent on. */
export function toUpgradeHeaders(context: RequestContext, options: BackendHeadersOptions): string[] {
  const { method, request } = context;
  if (hasBody(request)) throw newBadRequest('a request to switch protocols cannot have a body');
  const lines = dropTokens(toBackendHeaders(context, options));
  // Otherwise Node would send an empty chunked body with POST, into the middle of the new protocol.
  if (method !== 'GET' && method !== 'HEAD') lines.push('Content-Length', '0');
  lines.push('Connection', 'Upgrade');
  return lines;
}

/**
 * Takes tokens out of the protocols of a WebSocket: whoever was known by a certificate may have shown one as well. As with
 * `Authorization`, no service could be trusted with it.
 */
function dropTokens(lines: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < lines.length; index += 2) {
    const [name = '', text = ''] = lines.slice(index, index + 2);
    const value = name.toLowerCase() === protocolHeader ? withoutTokens(text) : text;
    if (value !== '' || text === '') kept.push(name, value);
  }
  return kept;
}
