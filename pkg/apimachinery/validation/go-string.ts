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
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code >= 0xd800 && code <= 0xdfff) return '\ufffd';
  return char;
}
