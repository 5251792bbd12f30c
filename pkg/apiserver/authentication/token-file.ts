import { createHash } from 'node:crypto';
import type { RequestContext } from '../request-context.ts';
import type { UserInfo } from '../user-info.ts';
import { AuthenticationError, type Authenticator } from './authenticator.ts';
import { parseCSVLine } from './csv-line.ts';

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

/** Knows users by a bearer token out of a table. */
export function newTokenAuthenticator(users: TokenTable): Authenticator {
  return {
    name: 'token',
    authenticate(context) {
      const token = readBearerToken(context);
      if (token === undefined) return undefined;
      const user = users.get(toDigest(token));
      if (user === undefined) throw new AuthenticationError('invalid bearer token');
      return user;
    },
  };
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

function toDigest(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
