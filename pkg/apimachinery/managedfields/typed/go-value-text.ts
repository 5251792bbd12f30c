import { isJSONObject } from '../../runtime/json.ts';
import { toGoQuoted } from '../../validation/go-string.ts';
import { sortedMembers } from '../field-set/json-order.ts';

// How structured-merge-diff shows a value that has the wrong type: the struct that holds it, as Go prints that.

/** Go's `%v`: `&{map[a:1]}`. */
export function toGoValueText(value: unknown): string {
  return `&{${toPlainText(value)}}`;
}

/** Go's `%#v`: `&value.valueUnstructured{Value:1}`. */
export function toGoSyntaxText(value: unknown): string {
  return `&value.valueUnstructured{Value:${toSyntaxText(value)}}`;
}

/** Go's `%T` of a decoded value. */
export function toGoTypeText(value: unknown): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return 'float64';
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
}

function toPlainText(value: unknown): string {
  if (typeof value === 'number') return toFloatText(value);
  if (Array.isArray(value)) return `[${value.map((item) => toPlainText(item)).join(' ')}]`;
  if (typeof value === 'string') return value;
  if (!isJSONObject(value)) return value === null ? '<nil>' : JSON.stringify(value);
  return `map[${sortedMembers(value)
    .map(([name, member]) => `${name}:${toPlainText(member)}`)
    .join(' ')}]`;
}

function toSyntaxText(value: unknown): string {
  if (typeof value === 'number') return toFloatText(value);
  if (typeof value === 'string') return toGoQuoted(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map((item) => toSyntaxText(item)).join(', ')}}`;
  if (!isJSONObject(value)) return value === null ? 'interface {}(nil)' : JSON.stringify(value);
  return `map[string]interface {}{${sortedMembers(value)
    .map(([name, member]) => `${toGoQuoted(name)}:${toSyntaxText(member)}`)
    .join(', ')}}`;
}

// A patch is decoded from YAML, where upstream reads all numbers as floats; Go writes those from 1e+06 on with an exponent.
function toFloatText(value: number): string {
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (value === 0 || (power >= -4 && power < 6)) return String(value);
  const sign = power < 0 ? '-' : '+';
  return `${digits}e${sign}${String(Math.abs(power)).padStart(2, '0')}`;
}
