import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';

/** The object with another resourceVersion; nothing else is copied. */
export function withRevision(object: KubernetesObject, revision: number | string): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}

/** Freezes plain data to its leaves. Frozen members are visited too: their own members may not be frozen. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  Object.freeze(value);
  for (const member of Object.values(value)) deepFreeze(member);
  return value;
}

/** Tells whether two values are the same JSON, whatever the order of their members. An undefined member counts as absent. */
export function isSameJSON(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, at) => isSameJSON(item, b[at]))
    );
  }
  const other = new Map(definedMembers(b));
  const members = definedMembers(a);
  return members.length === other.size && members.every(([name, value]) => isSameJSON(value, other.get(name)));
}

function definedMembers(object: object): [string, unknown][] {
  return Object.entries(object).filter(([, value]) => value !== undefined);
}
