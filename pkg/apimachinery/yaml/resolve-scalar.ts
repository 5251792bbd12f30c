/** What an unquoted word of YAML means to Go's decoder. */
export type ResolvedScalar =
  | { readonly kind: 'null' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'number'; readonly value: number; readonly isExact: boolean }
  /** A string to the decoder; quoted by the encoder, because other parsers take it for a time or a number. */
  | { readonly kind: 'timestamp' | 'base60' | 'merge' }
  | { readonly kind: 'string' };

const nullWords = new Set(['', '~', 'null', 'Null', 'NULL']);
const trueWords = new Set(['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']);
const falseWords = new Set(['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']);
const specialNumbers: ReadonlyMap<string, number> = new Map([
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Infinity] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, -Infinity] as const),
]);
const timestamp = /^\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]| +)\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)? *(?:Z|[+-]\d{2}:\d{2})?)?$/;
const integer = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

/** Tells what an unquoted word means (Go: `yaml.v2`, `resolve`). */
export function resolveScalar(text: string): ResolvedScalar {
  if (nullWords.has(text)) return { kind: 'null' };
  if (trueWords.has(text)) return { kind: 'bool', value: true };
  if (falseWords.has(text)) return { kind: 'bool', value: false };
  if (text === '<<') return { kind: 'merge' };
  const special = specialNumbers.get(text);
  if (special !== undefined) return { kind: 'number', value: special, isExact: false };
  if (!/^[-+.0-9]/.test(text)) return { kind: 'string' };
  if (timestamp.test(text)) return { kind: 'timestamp' };
  return resolveNumber(text.startsWith('.') ? text : text.replaceAll('_', '')) ?? resolveText(text);
}

function resolveText(text: string): ResolvedScalar {
  return { kind: base60.test(text) ? 'base60' : 'string' };
}

function resolveNumber(plain: string): ResolvedScalar | undefined {
  if (integer.test(plain)) {
    const exact = parseInteger(plain);
    const value = Number(exact);
    return { kind: 'number', value, isExact: BigInt(value) === exact };
  }
  if (!float.test(plain)) return undefined;
  const value = Number(plain);
  return { kind: 'number', value, isExact: Number.isFinite(value) };
}

// A leading zero means octal, as in Go.
function parseInteger(plain: string): bigint {
  const digits = plain.replace(/^[-+]/, '').toLowerCase();
  const value = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return plain.startsWith('-') ? -value : value;
}
