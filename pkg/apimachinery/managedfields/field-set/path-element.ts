import { isTooDeep } from '../../runtime/json-limits.ts';
import { isJSONObject } from '../../runtime/json.ts';
import { toGoQuoted } from '../../validation/go-string.ts';
import { ManagedFieldsError } from './managed-fields-error.ts';
import { sortedMembers, toCanonicalJSON } from './json-order.ts';

/**
 * One step of a path, as `fieldsV1` writes it: `f:<name of a member>`, `k:<keys of a list item>`, `v:<item of a set>`,
 * `i:<index>`. JSON in it is canonical, so equal steps are equal strings (Go: `fieldpath.PathElement`).
 */
export type PathElement = `${'f' | 'k' | 'v' | 'i'}:${string}`;

/** Steps from the root of an object to a field. */
export type FieldPath = readonly PathElement[];

/**
 * Reads a step in any spelling. A step of a kind that nobody knows yet is `undefined`, and is skipped with all below it, as upstream does.
 * Throws a `ManagedFieldsError`.
 */
export function parsePathElement(text: string): PathElement | undefined {
  if (text.length < 2) throw new ManagedFieldsError(`key must be 2 characters long: ${text}`);
  if (text[1] !== ':') throw new ManagedFieldsError(`missing colon: ${text}`);
  switch (text.charAt(0)) {
    case 'f':
      return text as PathElement;
    case 'k': {
      const keys = parseJSON(text);
      if (!isJSONObject(keys)) throw new ManagedFieldsError(`keys of a list item must be an object: ${text}`);
      return `k:${toCanonicalJSON(keys)}`;
    }
    case 'v':
      return `v:${toCanonicalJSON(parseJSON(text))}`;
    case 'i':
      if (!/^i:[+-]?\d+$/.test(text)) throw new ManagedFieldsError(`invalid index: ${text}`);
      return `i:${Number(text.slice(2))}`;
    default:
      return undefined;
  }
}

function parseJSON(text: string): unknown {
  const json = text.slice(2);
  if (isTooDeep(json)) throw new ManagedFieldsError('exceeded max depth');
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new ManagedFieldsError(`invalid path element: ${text}`, { cause });
  }
}

/** The name of the member that a step leads to, or `undefined` when it leads into a list. */
export function toFieldName(element: PathElement): string | undefined {
  return element.startsWith('f:') ? element.slice(2) : undefined;
}

/** Prints a path as conflicts name it: `.spec.ports[port=80,protocol="TCP"].name`. */
export function printPath(path: FieldPath): string {
  return path.map((element) => printPathElement(element)).join('');
}

/** Prints one step: `.name`, `[port=80,protocol="TCP"]`, `[="x"]` or `[0]`. */
export function printPathElement(element: PathElement): string {
  const rest = element.slice(2);
  if (element.startsWith('f:')) return `.${rest}`;
  if (element.startsWith('i:')) return `[${rest}]`;
  const value: unknown = JSON.parse(rest);
  if (element.startsWith('v:') || !isJSONObject(value)) return `[=${printValue(value)}]`;
  return `[${sortedMembers(value)
    .map(([name, key]) => `${name}=${printValue(key)}`)
    .join(',')}]`;
}

// Go: `value.ToString`.
function printValue(value: unknown): string {
  if (typeof value === 'string') return toGoQuoted(value);
  if (Array.isArray(value)) return `[${value.map((item) => printValue(item)).join(',')}]`;
  if (!isJSONObject(value)) return String(value);
  return `{${sortedMembers(value)
    .map(([name, member]) => `${name}=${printValue(member)}`)
    .join(';')}}`;
}
