import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';

/** The segments of a storage key. */
export interface KeySegments {
  readonly group: string;
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** Takes a key apart. Throws a `TypeError` when it has not three or four segments, for that is a mistake of the caller. */
export function parseKey(key: string): KeySegments {
  const [group, resource, third, fourth, ...rest] = key.split('/');
  if (!group || !resource || !third || fourth === '' || rest.length > 0) {
    throw new TypeError(`not a storage key: ${JSON.stringify(key)}`);
  }
  if (fourth === undefined) return { group, resource, namespace: undefined, name: third };
  return { group, resource, namespace: third, name: fourth };
}

/**
 * Throws a `TypeError` when an object does not belong at a key: the last segments of the key are the namespace and the name
 * of the object. A driver that keeps files finds the key of an object in the object.
 */
export function assertPlace(key: string, object: KubernetesObject): void {
  const { namespace, name } = parseKey(key);
  const { metadata } = object;
  if (metadata.name === name && (metadata.namespace || undefined) === namespace) return;
  const own = [metadata.namespace, metadata.name].filter(Boolean).join('/');
  throw new TypeError(`the object ${JSON.stringify(own)} does not belong at the key ${JSON.stringify(key)}`);
}

/** Throws a `TypeError` when a prefix does not end in `/`: it would match names that merely begin alike. */
export function assertPrefix(prefix: string): void {
  if (prefix !== '' && !prefix.endsWith('/')) throw new TypeError(`a prefix ends in "/": ${JSON.stringify(prefix)}`);
}

/** The bytes of a text, one character each. Unpaired surrogates, which UTF-8 lacks, keep the form of WTF-8 and stay distinct. */
export function toByteString(text: string): string {
  // With the flag `u` the class matches unpaired surrogates only.
  const parts = text.split(/([\ud800-\udfff])/u);
  return parts
    .map((part, at) => (at % 2 === 1 ? toSurrogateBytes(part) : Buffer.from(part).toString('latin1')))
    .join('');
}

function toSurrogateBytes(surrogate: string): string {
  const code = surrogate.charCodeAt(0);
  return String.fromCharCode(0xed, 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
}

/**
 * A form of the key whose order as a plain string is the order of keys: by bytes, segment by segment. `/` becomes the least
 * character, so that `a/b` comes before `a-b`; the two least characters themselves are escaped.
 */
export function toSortKey(key: string): string {
  const bytes = /^[ -~]*$/.test(key) ? key : toByteString(key).replace(lowCharacters, escapeLow);
  return bytes.replaceAll('/', '\0');
}

// oxlint-disable-next-line no-control-regex -- the least characters are what this is about
const lowCharacters = /[\0\u0001]/g;

function escapeLow(char: string): string {
  return char === '\0' ? '\u0001\u0001' : '\u0001\u0002';
}

/** A stretch of sort keys: `from` belongs to it, `to` does not. */
export interface SortRange {
  readonly from: string;
  /** Absent: to the end. */
  readonly to: string | undefined;
}

/** The stretch of sort keys below a prefix, beginning after a key if one is given. */
export function toSortRange(prefix: string, after?: string): SortRange {
  const start = toSortKey(prefix);
  const from = after === undefined ? start : sortKeyAfter(toSortKey(after));
  return { from: from > start ? from : start, to: prefix === '' ? undefined : `${start.slice(0, -1)}\u0001` };
}

/** The least sort key that is greater than another one. */
export function sortKeyAfter(sortKey: string): string {
  return `${sortKey}\0`;
}
