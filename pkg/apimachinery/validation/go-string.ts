/**
 * Prints a value as Go's field errors do: strings quoted (`%q`), numbers and booleans plain, absent as `null`, the rest as
 * JSON. Source: apimachinery `pkg/util/validation/field/errors.go`.
 */
export function toGoString(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'string') return toGoQuoted(value);
  return JSON.stringify(value);
}

/** Go's `%q` of a string: like JSON, but with Go's escapes for control characters. */
export function toGoQuoted(text: string): string {
  let out = '"';
  for (const char of text) out += quoteChar(char);
  return `${out}"`;
}

const goEscapes: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

function quoteChar(char: string): string {
  const escaped = goEscapes[char];
  if (escaped !== undefined) return escaped;
  const code = char.codePointAt(0) ?? 0;
  if (code >= 0xd800 && code <= 0xdfff) return '\ufffd';
  if (isGoPrintable(char)) return char;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}

const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** Go's `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols, and of the spaces only U+0020. */
export function isGoPrintable(char: string): boolean {
  return printable.test(char);
}
