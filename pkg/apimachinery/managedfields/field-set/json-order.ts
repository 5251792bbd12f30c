import { compareUTF8 } from '../../runtime/compare.ts';
import { isJSONObject, type JSONObject } from '../../runtime/json.ts';

/** Compact JSON with members in byte order: equal values are equal texts. */
export function toCanonicalJSON(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => toCanonicalJSON(item)).join(',')}]`;
  const members = sortedMembers(value as JSONObject);
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${toCanonicalJSON(member)}`).join(',')}}`;
}

/** Members in byte order of their names; those that are `undefined` are absent. */
export function sortedMembers(object: JSONObject): [string, unknown][] {
  return Object.entries(object)
    .filter(([, value]) => value !== undefined)
    .toSorted(([a], [b]) => compareUTF8(a, b));
}

/**
 * Orders JSON values as upstream orders the keys of list items: numbers, strings, booleans, lists, maps, null (Go: `value.Compare`).
 */
export function compareJSON(a: unknown, b: unknown): number {
  const rank = rankOf(a) - rankOf(b);
  if (rank !== 0) return rank;
  if (typeof a === 'string') return compareUTF8(a, b as string);
  if (typeof a === 'number' || typeof a === 'boolean') return Number(a) - Number(b);
  if (Array.isArray(a)) return compareLists(a, b as unknown[], compareJSON);
  if (isJSONObject(a)) return compareLists(sortedMembers(a), sortedMembers(b as JSONObject), compareMembers);
  return 0;
}

function rankOf(value: unknown): number {
  if (typeof value === 'number') return 0;
  if (typeof value === 'string') return 1;
  if (typeof value === 'boolean') return 2;
  if (Array.isArray(value)) return 3;
  return value === null ? 5 : 4;
}

function compareMembers([name, value]: [string, unknown], [otherName, otherValue]: [string, unknown]): number {
  return compareUTF8(name, otherName) || compareJSON(value, otherValue);
}

function compareLists<T>(a: readonly T[], b: readonly T[], compare: (x: T, y: T) => number): number {
  for (const [at, item] of a.entries()) {
    if (at >= b.length) return 1;
    const order = compare(item, b[at] as T);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
