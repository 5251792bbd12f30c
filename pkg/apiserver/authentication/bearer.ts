import type { RequestContext } from '../request-context.ts';
import type { UserInfo } from '../user-info.ts';
import type { Authenticator } from './authenticator.ts';
import { authenticateToken, type TokenAuthenticator } from './token-authenticator.ts';

/**
 * Knows users by the bearer token in `Authorization`. `audiences` are the names of this API: a token must be meant for one of them, if
 * there are any. Source: apiserver `pkg/authentication/request/bearertoken`.
 */
export function newBearerAuthenticator(
  authenticators: readonly TokenAuthenticator[],
  audiences: readonly string[] = [],
): Authenticator {
  return {
    name: 'token',
    authenticate(context) {
      const token = readBearerToken(context);
      return token === undefined ? undefined : findUser(authenticators, token, { audiences, now: context.receivedAt });
    },
  };
}

/** Whose a token is, as a request is answered for him. Throws an `AuthenticationError`. */
export function findUser(
  authenticators: readonly TokenAuthenticator[],
  token: string,
  query: { readonly audiences: readonly string[]; readonly now: number },
): Promise<UserInfo> | UserInfo {
  const identity = authenticateToken(authenticators, token, query);
  return identity instanceof Promise ? identity.then(({ user }) => user) : identity.user;
}

/** The bearer token of a request; the scheme is case-insensitive. Extra spaces make it no token, with a warning. */
export function readBearerToken(context: RequestContext): string | undefined {
  const header = context.request.headers.authorization;
  const match = header === undefined ? null : /^bearer (.*)$/i.exec(header.trim());
  if (match === null) return undefined;
  const token = match[1] ?? '';
  if (token === '' || token.startsWith(' ')) {
    context.warnings.push(
      'the provided Authorization header contains extra space before the bearer token, and is ignored',
    );
    return undefined;
  }
  return token;
}
