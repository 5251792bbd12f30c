import { hash } from 'node:crypto';
import type { UserInfo } from '../user-info.ts';
import type { Authenticator } from './authenticator.ts';
import { newBearerAuthenticator } from './bearer.ts';
import { parseCSVLine } from './csv-line.ts';
import { intersectAudiences, type TokenAuthenticator } from './token-authenticator.ts';

/** Users by the SHA-256 of their token, so that no token stays in memory. */
export type TokenTable = ReadonlyMap<string, UserInfo>;

/** What a token file says. */
export interface TokenFile {
  readonly users: TokenTable;
  /** Lines that were skipped or overridden, as sentences. */
  readonly warnings: readonly string[];
}

/**
 * Parses a token file: lines `token,user,uid[,"group1,group2"]`. Throws an `Error` that names the line of a fault. Never
 * repeats a token. Source: apiserver `plugin/pkg/authenticator/token/tokenfile`.
 */
export function parseTokenFile(text: string, path: string): TokenFile {
  const users = new Map<string, UserInfo>();
  const warnings: string[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === '') continue;
    const place = `${path}:${index + 1}`;
    const columns = parseCSVLine(line, place);
    const [token = '', name = '', uid = '', groups = ''] = columns;
    if (columns.length < 3) {
      throw new Error(
        `${place}: a line must have at least 3 columns (token, user name, user uid), found ${columns.length}`,
      );
    }
    if (token.trim() === '') {
      warnings.push(`${place}: empty token, line skipped`);
      continue;
    }
    const digest = toDigest(token);
    if (users.has(digest)) warnings.push(`${place}: token stands in an earlier line too; this line wins`);
    const groupNames = groups
      .split(',')
      .map((group) => group.trim())
      .filter((group) => group !== '');
    users.set(digest, { name, uid, groups: groupNames, extra: {} });
  }
  return { users, warnings };
}

/**
 * Knows users by a bearer token out of a table, whoever the token is used for: those audiences that are asked for are taken as meant.
 * Source: apiserver `pkg/authentication/authenticator/audagnostic.go`.
 */
export function newTokenTableAuthenticator(users: TokenTable, audiences: readonly string[] = []): TokenAuthenticator {
  return {
    name: 'token-file',
    authenticateToken(token, query) {
      const meant = intersectAudiences(audiences, query.audiences);
      if (meant.length === 0 && query.audiences.length > 0) return undefined;
      const user = users.get(toDigest(token));
      return user === undefined ? undefined : { user, audiences: meant };
    },
  };
}

/** Knows users by a bearer token out of a table. */
export function newTokenAuthenticator(users: TokenTable): Authenticator {
  return newBearerAuthenticator([newTokenTableAuthenticator(users)]);
}

function toDigest(token: string): string {
  return hash('sha256', token, 'hex');
}
