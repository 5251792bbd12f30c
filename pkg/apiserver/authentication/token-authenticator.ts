import type { UserInfo } from '../user-info.ts';
import { AuthenticationError, joinFailures } from './authentication-error.ts';

/** What a token is looked at for. */
export interface TokenQuery {
  /** Whom the token must be meant for: at least one of them. Empty when nobody asks. */
  readonly audiences: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Whose a token is. */
export interface TokenIdentity {
  readonly user: UserInfo;
  /** Those of the audiences asked for that the token is meant for. */
  readonly audiences: readonly string[];
}

/** Knows whose a bearer token is (Go: `authenticator.Token`). */
export interface TokenAuthenticator {
  readonly name: string;
  /**
   * `undefined` for a token that is not of this kind. Throws an `AuthenticationError` for one that is and is not valid; its text never
   * holds the token. Answers without a promise whenever nothing has to be waited for.
   */
  authenticateToken(token: string, query: TokenQuery): Promise<TokenIdentity | undefined> | TokenIdentity | undefined;
}

/** Asks each in order; the first that knows the token wins (Go: `tokenunion`). Throws an `AuthenticationError` when none does. */
export function authenticateToken(
  authenticators: readonly TokenAuthenticator[],
  token: string,
  query: TokenQuery,
): Promise<TokenIdentity> | TokenIdentity {
  return askFrom({ authenticators, token, query, failures: [] }, 0);
}

interface Asking {
  readonly authenticators: readonly TokenAuthenticator[];
  readonly token: string;
  readonly query: TokenQuery;
  readonly failures: AuthenticationError[];
}

function askFrom(asking: Asking, from: number): Promise<TokenIdentity> | TokenIdentity {
  const { authenticators, token, query, failures } = asking;
  for (let at = from; at < authenticators.length; at++) {
    try {
      const identity = authenticators[at]?.authenticateToken(token, query);
      if (identity instanceof Promise) return finishLater(asking, at, identity);
      if (identity !== undefined) return identity;
    } catch (error) {
      if (!(error instanceof AuthenticationError)) throw error;
      failures.push(error);
    }
  }
  if (failures.length > 0) throw joinFailures(failures);
  throw new AuthenticationError('invalid bearer token', describeStranger(token));
}

async function finishLater(
  asking: Asking,
  at: number,
  pending: Promise<TokenIdentity | undefined>,
): Promise<TokenIdentity> {
  try {
    const identity = await pending;
    if (identity !== undefined) return identity;
  } catch (error) {
    if (!(error instanceof AuthenticationError)) throw error;
    asking.failures.push(error);
  }
  return askFrom(asking, at + 1);
}

/** Those of the audiences that are asked for; all that there are when nobody asks. */
export function intersectAudiences(own: readonly string[], asked: readonly string[]): readonly string[] {
  return asked.length === 0 ? own : own.filter((audience) => asked.includes(audience));
}

/** What can be said of a token that nobody knows, without saying anything of what makes it secret. */
function describeStranger(token: string): string {
  const issuer = readIssuer(token);
  if (issuer === undefined) return 'no token that is known here';
  return `a JWT of the issuer ${JSON.stringify(issuer.slice(0, 128))}, who is not accepted here`;
}

/** The issuer that a JWT names, unverified; `undefined` for what is none. */
export function readIssuer(token: string): string | undefined {
  const parts = token.split('.');
  if (parts.length !== 3) return undefined;
  try {
    const claims = JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8')) as { iss?: unknown } | null;
    return typeof claims?.iss === 'string' ? claims.iss : undefined;
  } catch {
    return undefined;
  }
}
