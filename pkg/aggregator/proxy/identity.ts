import { newForbidden } from '../../apimachinery/errors/constructors.ts';
import type { UserInfo } from '../../apiserver/user-info.ts';
import { toHeaderValue } from './header-value.ts';

// kube-apiserver's names (KK `--requestheader-*`); extension servers learn them from `extension-apiserver-authentication`.
const userHeader = 'X-Remote-User';
const uidHeader = 'X-Remote-Uid';
const groupHeader = 'X-Remote-Group';
const extraPrefix = 'X-Remote-Extra-';

/**
 * Tells whether a canonical header name (see `canonicalName`) says who the client is or wants to be. All of `X-Remote-*` counts:
 * a backend may be told to read the identity from other names of that family.
 */
export function isIdentityHeader(name: string): boolean {
  return (
    name.startsWith('x-remote-') ||
    name.startsWith('impersonate-') ||
    name === 'authorization' ||
    name === 'x-remote' ||
    name === 'impersonate'
  );
}

/**
 * Header lines (name, value, name, value …) that tell a backend who the user is (Go: `transport.SetAuthProxyHeaders`).
 * Throws a 403 `StatusError` for a user whom header lines cannot name exactly: sending anything else would name someone else.
 */
export function toIdentityHeaders(user: UserInfo): string[] {
  const lines = [userHeader, mustCarry('name', user.name)];
  if (user.uid !== '') lines.push(uidHeader, mustCarry('uid', user.uid));
  for (const group of user.groups) lines.push(groupHeader, mustCarry('group', group));
  for (const [key, values] of Object.entries(user.extra)) {
    const name = extraPrefix + escapeExtraKey(key);
    for (const value of values) lines.push(name, mustCarry(`extra "${printable(key)}"`, value));
  }
  return lines;
}

/** Percent-encodes what a header name cannot hold, and `%` itself (Go: `transport.headerKeyEscape`). */
export function escapeExtraKey(key: string): string {
  return key.replaceAll(/[^\w!#$&'*+.^`|~-]/gu, percentEncode);
}

function percentEncode(character: string): string {
  return [...Buffer.from(character, 'utf8')]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}

function mustCarry(what: string, text: string): string {
  const value = toHeaderValue(text);
  if (value !== undefined) return value;
  const why = `the user's ${what} ${printable(text)} cannot be sent to the backend, because a header cannot hold it unchanged`;
  throw newForbidden({ group: '', resource: '' }, '', why);
}

function printable(text: string): string {
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);
}
