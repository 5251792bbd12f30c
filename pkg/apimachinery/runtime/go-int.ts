import { toGoQuoted } from '../validation/go-string.ts';

const maxInt64 = 2n ** 63n - 1n;
const integer = /^[+-]?[0-9]+$/;

/** The 64-bit integer that Go's `strconv.ParseInt(text, 10, 64)` reads, or `undefined`. */
export function tryParseInt64(text: string): bigint | undefined {
  // Longer digit strings are out of range unless padded with zeros; a bound keeps BigInt's cost small.
  if (!integer.test(text) || text.length > 400) return undefined;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return value > maxInt64 || value < -maxInt64 - 1n ? undefined : value;
}

/**
 * Reads an integer as Go's `strconv.ParseInt` does. Throws a `RangeError` with Go's text.
 *
 * Values beyond 2^53 are clamped to it: no limit or timeout that large means anything else than "no bound".
 */
export function parseInt64(text: string): number {
  const value = tryParseInt64(text);
  if (value === undefined) {
    const why = integer.test(text) ? 'value out of range' : 'invalid syntax';
    throw new RangeError(`strconv.ParseInt: parsing ${toGoQuoted(text)}: ${why}`);
  }
  const safe = BigInt(Number.MAX_SAFE_INTEGER);
  if (value > safe) return Number.MAX_SAFE_INTEGER;
  return value < -safe ? Number.MIN_SAFE_INTEGER : Number(value);
}
