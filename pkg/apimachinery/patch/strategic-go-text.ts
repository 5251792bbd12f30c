import { compareUTF8 } from '../runtime/compare.ts';
import { isJSONObject } from '../runtime/json.ts';

/** Prints a JSON value as Go's `%v` prints what it decodes into: `map[a:1 b:[x y]]`, members in byte order. */
export function toGoText(value: unknown): string {
  return print(value, (text) => text);
}

/** Prints a JSON value as Go's `%s` does: what is no string says so, as in `%!s(int64=5)`. */
export function toGoStringVerb(value: unknown): string {
  return print(value, (text, type) => (type === 'nil' ? `%!s(${text})` : `%!s(${type}=${text})`));
}

/** Prints values side by side as Go's `fmt.Sprint` does: a space stands between two that are no strings. */
export function toGoSprint(values: readonly unknown[]): string {
  return values.reduce<string>((text, value, at) => {
    const isSpaced = at > 0 && typeof value !== 'string' && typeof values[at - 1] !== 'string';
    return `${text}${isSpaced ? ' ' : ''}${toGoText(value)}`;
  }, '');
}

/** The Go type that a JSON value is decoded into. `nil` has none. */
export function toGoDynamicType(value: unknown): string {
  if (value === null || value === undefined) return 'nil';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
}

type ScalarPrinter = (text: string, type: string) => string;

function print(value: unknown, printScalar: ScalarPrinter): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map((item) => print(item, printScalar)).join(' ')}]`;
  if (!isJSONObject(value)) return printScalar(toScalarText(value), toGoDynamicType(value));
  const members = Object.entries(value).toSorted(([a], [b]) => compareUTF8(a, b));
  return `map[${members.map(([name, member]) => `${name}:${print(member, printScalar)}`).join(' ')}]`;
}

function toScalarText(value: unknown): string {
  if (typeof value === 'number') return toNumberText(value);
  return value === null || value === undefined ? '<nil>' : JSON.stringify(value);
}

// Go turns to exponents of two digits below 1e-4; JavaScript does below 1e-6, and writes one digit.
function toNumberText(value: number): string {
  if (value === 0 || Math.abs(value) >= 1e-4) return String(value);
  return value.toExponential().replace(/e-([0-9])$/, 'e-0$1');
}
