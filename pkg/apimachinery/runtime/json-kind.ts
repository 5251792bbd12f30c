/** Kinds of JSON values, as Go's decoding errors name them. */
export type GoJSONKind = 'string' | 'number' | 'bool' | 'array' | 'object';

/** The kind of a JSON value. `null` has none, because it fits every type; callers leave it out. */
export function toGoJSONKind(value: unknown): GoJSONKind {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'bool';
  return Array.isArray(value) ? 'array' : 'object';
}
