import { isIdentityHeader } from './identity.ts';

/** Header lines as they stand in a message: name, value, name, value … */
export type HeaderLines = readonly string[];

/** RFC 9110 7.6.1, and the two that old clients invented. They speak of one connection, and ours is another. */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** What we say ourselves, and `Expect`, which is answered on this side (RFC 9110 10.1.1). */
const replaced: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'expect',
  'audit-id',
  'forwarded',
  'x-real-ip',
]);

/**
 * A header name in the form in which lax servers see it: CGI and WSGI read `X_Remote_User`, `x.remote.user` and `X-Remote-User`
 * as one variable, so a check by exact name would let the first two through.
 */
export function canonicalName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '-');
}

/**
 * The client's header lines that a backend may see, in their order, repeated ones kept apart. Left out: everything about the
 * connection, everything about identity, everything that names the client or the host, which the caller adds anew.
 */
export function toForwardableHeaders(lines: HeaderLines): string[] {
  const nominated = nominatedBy(lines);
  const kept: string[] = [];
  let cookieAt = -1;
  for (let index = 0; index < lines.length; index += 2) {
    const name = lines[index] ?? '';
    const value = lines[index + 1] ?? '';
    const lower = name.toLowerCase();
    // HTTP/2 may split the cookies into many lines, which HTTP/1.1 must not see (RFC 9113 8.2.3).
    if (lower === 'cookie' && cookieAt >= 0) kept[cookieAt] += `; ${value}`;
    else if (!isWithheld(lower, nominated)) kept.push(name, value);
    else if (lower === 'te' && /\btrailers\b/i.test(value)) kept.push('TE', 'trailers');
    if (lower === 'cookie' && cookieAt < 0 && !nominated.has(lower)) cookieAt = kept.length - 1;
  }
  return kept;
}

/** Whether a header, its name in lower case, is not for a backend to see: it concerns the connection, the identity, or is ours to say. */
export function isWithheld(lower: string, nominated: ReadonlySet<string>): boolean {
  // Pseudo headers of HTTP/2 are no header lines.
  if (lower.startsWith(':') || nominated.has(lower)) return true;
  const name = canonicalName(lower);
  return hopByHop.has(name) || replaced.has(name) || name.startsWith('x-forwarded-') || isIdentityHeader(name);
}

/**
 * The backend's header lines that a client may see. Left out: everything about the connection; the audit id, which is ours; and
 * `Access-Control-Allow-*`, because who may call from a browser is the gateway's to say for its own origin.
 * `trailers` tells whether trailers can follow, so that their announcement may stay.
 */
export function toClientHeaders(lines: HeaderLines, trailers: boolean): string[] {
  const nominated = nominatedBy(lines);
  const kept: string[] = [];
  for (let index = 0; index < lines.length; index += 2) {
    const name = lines[index] ?? '';
    const lower = name.toLowerCase();
    if (nominated.has(lower) || lower === 'audit-id' || lower.startsWith('access-control-allow-')) continue;
    if (hopByHop.has(lower) && !(lower === 'trailer' && trailers)) continue;
    kept.push(name, lines[index + 1] ?? '');
  }
  return kept;
}

/** Trailers that may pass: none that would change the framing or the connection (RFC 9110 6.5.1). */
export function toClientTrailers(lines: HeaderLines): string[] {
  const kept: string[] = [];
  for (let index = 0; index < lines.length; index += 2) {
    const name = lines[index] ?? '';
    const lower = name.toLowerCase();
    if (!hopByHop.has(lower) && !replaced.has(lower)) kept.push(name, lines[index + 1] ?? '');
  }
  return kept;
}

/** The first value of a header line by that name, in lower case; `undefined` when there is none. */
export function firstValue(lines: HeaderLines, lowerName: string): string | undefined {
  for (let index = 0; index < lines.length; index += 2) {
    if (lines[index]?.toLowerCase() === lowerName) return lines[index + 1];
  }
  return undefined;
}

/** Lines of one name together, in the order in which the names came. */
export function groupLines(lines: HeaderLines): [string, string[]][] {
  const groups = new Map<string, [string, string[]]>();
  for (let index = 0; index < lines.length; index += 2) {
    const name = lines[index] ?? '';
    const value = lines[index + 1] ?? '';
    const group = groups.get(name.toLowerCase());
    if (group === undefined) groups.set(name.toLowerCase(), [name, [value]]);
    else group[1].push(value);
  }
  return [...groups.values()];
}

/** Tells whether a `Connection` line says that a header, in lower case, is for the next hop only. */
export function isNominated(lines: HeaderLines, lowerName: string): boolean {
  return nominatedBy(lines).has(lowerName);
}

const nothing: ReadonlySet<string> = new Set();

/** Names that `Connection` lines nominate as hop-by-hop, in lower case. */
function nominatedBy(lines: HeaderLines): ReadonlySet<string> {
  let names: Set<string> | undefined;
  for (let index = 0; index < lines.length; index += 2) {
    if (lines[index]?.toLowerCase() !== 'connection') continue;
    for (const token of (lines[index + 1] ?? '').split(',')) {
      const name = token.trim().toLowerCase();
      if (name === '' || name === 'keep-alive' || name === 'close' || name === 'upgrade') continue;
      names ??= new Set();
      names.add(name);
    }
  }
  return names ?? nothing;
}
