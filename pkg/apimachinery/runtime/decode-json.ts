import { findDuplicateFields } from './json-duplicates.ts';
import { findInexactNumber, isTooDeep } from './json-limits.ts';
import { findSyntaxError } from './json-syntax.ts';

/** A document that is not JSON, or that cannot be held. The message is Go's where Go has one. */
export class JSONSyntaxError extends Error {
  override readonly name = 'JSONSyntaxError';
}

/** What to look for while decoding. */
export interface DecodeJSONOptions {
  /** Costs a second pass over the text; wanted when field validation is `Warn` or `Strict`. */
  readonly findDuplicates?: boolean;
}

/** A decoded document. */
export interface DecodedJSON {
  readonly value: unknown;
  /** Paths of members that appear more than once, such as `spec.foo`. The last one counts. */
  readonly duplicates: readonly string[];
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes a JSON document in UTF-8. Throws a `JSONSyntaxError` for what is not JSON, not UTF-8, or nested deeper than 1000 levels.
 *
 * Numbers are doubles. An integer that a double cannot hold exactly is refused: storing another number than the client sent would be
 * worse. Members called `__proto__` are data and do not change prototypes.
 */
export function decodeJSON(bytes: Uint8Array, options: DecodeJSONOptions = {}): DecodedJSON {
  const text = decodeText(bytes);
  if (isTooDeep(text)) throw new JSONSyntaxError('exceeded max depth');
  const value = parse(text, bytes);
  const inexact = findInexactNumber(text);
  if (inexact !== undefined) {
    throw new JSONSyntaxError(`number ${inexact} cannot be represented exactly: integers beyond 2^53 must be strings`);
  }
  return { value, duplicates: options.findDuplicates === true ? findDuplicateFields(text) : [] };
}

function decodeText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    throw new JSONSyntaxError(findSyntaxError(bytes) ?? 'invalid UTF-8 in string literal', { cause: error });
  }
}

function parse(text: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new JSONSyntaxError(findSyntaxError(bytes) ?? 'invalid JSON', { cause: error });
  }
}
