import type { OutgoingHttpHeaders } from 'node:http2';
import type { BackendRequest } from './carrier.ts';
import { groupLines, type HeaderLines } from './headers.ts';

// What would begin another field where Node or a lax backend reads it.
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const separator = /[\0\r\n]/;

/** Methods after which a backend expects a body, so that a missing one has a length of zero (RFC 9110 8.6). */
const withContent: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/**
 * Bytes of a request's head up to which it goes over HTTP/2. Many servers take a larger one for an attack, and end the connection
 * with everybody's exchanges on it.
 */
export const maxRequestHeadBytes: number = 32 * 1024;

/** Tells whether a request can go over HTTP/2 without danger for others. */
export function fitsHTTP2({ path, headers }: BackendRequest): boolean {
  let bytes = path.length;
  // 32 bytes for each field are what RFC 9113 6.5.2 reckons.
  for (const text of headers) bytes += text.length + 16;
  return bytes <= maxRequestHeadBytes;
}

/** The head of a request as fields of HTTP/2, repeated ones kept apart. Throws when a field cannot be sent. */
export function toHTTP2Fields({ method, path, headers, body }: BackendRequest): string[] {
  const fields = [':method', method, ':scheme', 'https', ':authority', '', ':path', path];
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? '';
    const value = headers[index + 1] ?? '';
    if (separator.test(value)) throw new TypeError(`the header ${JSON.stringify(name)} cannot be sent`);
    if (name.toLowerCase() === 'host') fields[5] = value;
    else fields.push(name.toLowerCase(), value);
  }
  if (body === null && withContent.has(method)) fields.push('content-length', '0');
  return fields;
}

/** Trailers in the form in which Node takes them. */
export function toTrailerFields(lines: HeaderLines): OutgoingHttpHeaders {
  const sendable = groupLines(lines).filter(([, values]) => !values.some((value) => separator.test(value)));
  return Object.fromEntries(sendable.map(([name, values]) => [name.toLowerCase(), values]));
}
