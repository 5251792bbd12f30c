import { newBadRequest } from '../../apimachinery/errors/constructors.ts';
import { toGoQuoted } from '../../apimachinery/validation/go-string.ts';
import { readDistinct, readExtra, removeHeaders } from '../authentication/header-lines.ts';
import type { RawRequest } from '../request-context.ts';
import type { UserInfo } from '../user-info.ts';

const extraPrefix = 'impersonate-extra-';

function isImpersonation(name: string): boolean {
  return (
    name === 'impersonate-user' ||
    name === 'impersonate-group' ||
    name === 'impersonate-uid' ||
    name.startsWith(extraPrefix)
  );
}

/**
 * The user for whom a client wants to act, exactly as his headers say, which are removed; `undefined` when he acts for himself. Throws a
 * 400 for headers that name no user. Source: apiserver `pkg/endpoints/filters/impersonation`.
 */
export function takeWantedUser(request: RawRequest): UserInfo | undefined {
  if (!hasImpersonation(request)) return undefined;
  const headers = readDistinct(request, isImpersonation);
  const wanted: UserInfo = {
    name: headers['impersonate-user']?.[0] ?? '',
    uid: headers['impersonate-uid']?.[0] ?? '',
    groups: headers['impersonate-group'] ?? [],
    extra: readExtra(headers, [extraPrefix]),
  };
  if (wanted.name !== '') {
    removeHeaders(request, isImpersonation);
    return wanted;
  }
  const asksForMore = wanted.uid !== '' || wanted.groups.length > 0 || Object.keys(wanted.extra).length > 0;
  if (!asksForMore) return undefined;
  throw newBadRequest(`requested ${toGoUser(wanted)} without impersonating a user name`);
}

function hasImpersonation({ headers }: RawRequest): boolean {
  for (const name in headers) if (name.startsWith('impersonate-') && isImpersonation(name)) return true;
  return false;
}

/** As Go prints the struct. */
function toGoUser({ name, uid, groups, extra }: UserInfo): string {
  const entries = Object.entries(extra)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, values]) => `${toGoQuoted(key)}:${toGoStrings(values)}`);
  const map = `map[string][]string${entries.length === 0 ? '(nil)' : `{${entries.join(', ')}}`}`;
  return `&user.DefaultInfo{Name:${toGoQuoted(name)}, UID:${toGoQuoted(uid)}, Groups:${toGoStrings(groups)}, Extra:${map}}`;
}

function toGoStrings(texts: readonly string[]): string {
  return texts.length === 0 ? '[]string(nil)' : `[]string{${texts.map((text) => toGoQuoted(text)).join(', ')}}`;
}
