import { isUtf8 } from 'node:buffer';
import type { RawRequest } from '../request-context.ts';
import { AuthenticationError } from './authentication-error.ts';
import type { Authenticator } from './authenticator.ts';
import { findUser } from './bearer.ts';
import type { TokenAuthenticator } from './token-authenticator.ts';

/** In lower case. */
export const protocolHeader = 'sec-websocket-protocol';
const tokenPrefix = 'base64url.bearer.authorization.k8s.io.';

/**
 * Knows users by a bearer token among the protocols of a WebSocket, which is all that a browser lets its scripts say. The token is
 * taken out of the list. Source: apiserver `pkg/authentication/request/websocket`.
 */
export function newWebSocketBearerAuthenticator(
  authenticators: readonly TokenAuthenticator[],
  audiences: readonly string[] = [],
): Authenticator {
  return {
    name: 'websocket-token',
    authenticate(context) {
      const { request } = context;
      const list = request.headers[protocolHeader];
      if (typeof list !== 'string' || !list.includes(tokenPrefix) || !asksForWebSocket(request)) return undefined;
      const { token, others } = splitProtocols(list);
      if (token === '') return undefined;
      setProtocols(request, others);
      return findUser(authenticators, token, { audiences, now: context.receivedAt });
    },
  };
}

/** What is left of a list of protocols without the tokens, which are nobody's business but the server's that they were shown to. */
export function withoutTokens(list: string): string {
  const protocols = list.split(',').map((protocol) => protocol.trim());
  return protocols.filter((protocol) => !protocol.startsWith(tokenPrefix)).join(', ');
}

function asksForWebSocket({ headers }: RawRequest): boolean {
  const { connection = '', upgrade = '' } = headers;
  return /(?:^|[\s,])upgrade(?:$|[\s,])/i.test(connection) && upgrade.toLowerCase() === 'websocket';
}

function splitProtocols(list: string): { readonly token: string; readonly others: readonly string[] } {
  const protocols = list.split(',').map((protocol) => protocol.trim());
  const [own, ...more] = protocols.filter((protocol) => protocol.startsWith(tokenPrefix));
  if (more.length > 0) throw new AuthenticationError('multiple base64.bearer.authorization tokens specified');
  const token = decodeToken((own ?? '').slice(tokenPrefix.length));
  const others = protocols.filter((protocol) => protocol !== own);
  // The server has to answer with one that is left.
  if (token !== '' && others.length === 0) throw new AuthenticationError('missing additional subprotocol');
  return { token, others };
}

function decodeToken(encoded: string): string {
  if (!/^[\w-]*$/.test(encoded) || encoded.length % 4 === 1) {
    throw new AuthenticationError('invalid base64.bearer.authorization token encoding');
  }
  const bytes = Buffer.from(encoded, 'base64url');
  if (!isUtf8(bytes)) throw new AuthenticationError('invalid base64.bearer.authorization token');
  return bytes.toString('utf8');
}

/** Leaves one line with these protocols, also among the raw ones, which are what a backend gets. */
function setProtocols(request: RawRequest, protocols: readonly string[]): void {
  const { rawHeaders } = request;
  const text = protocols.join(',');
  request.headers[protocolHeader] = text;
  let kept = 0;
  let isFirst = true;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    const isList = name.toLowerCase() === protocolHeader;
    if (isList && !isFirst) continue;
    const value = isList ? text : (rawHeaders[at + 1] ?? '');
    if (isList) isFirst = false;
    rawHeaders[kept++] = name;
    rawHeaders[kept++] = value;
  }
  rawHeaders.length = kept;
}
