/** Scalars that a field may hold. `untyped` is any of them: times, quantities, int-or-string. */
export type ScalarType = 'numeric' | 'string' | 'boolean' | 'untyped';

/** A list. Items of an associative one are owned one by one, told apart by keys or, without keys, by value. */
export interface ListType {
  readonly relationship: 'atomic' | 'associative';
  readonly element: FieldType;
  /** Keys in byte order. None: a set of scalars. */
  readonly keys: readonly ListKey[];
  /** Names of the keys as declared, for messages. */
  readonly keyNames: readonly string[];
}

/** A member that tells items of a list apart. */
export interface ListKey {
  readonly name: string;
  /** `"name":`, the start of the key in a path element. */
  readonly prefix: string;
  /** What an item has that leaves the key out; `undefined` for nothing. */
  readonly default: unknown;
}

/** A struct, a map, or both. Members of a separable one are owned one by one. */
export interface MapType {
  readonly relationship: 'atomic' | 'separable';
  /** Members that are declared by name. */
  readonly fields: ReadonlyMap<string, FieldType>;
  /** Type of all other members; without it there may be none. */
  readonly element: FieldType | undefined;
}

/**
 * What ownership needs to know of a field: which shapes it may have, and for each how its parts are owned (Go: `schema.Atom` of
 * structured-merge-diff).
 */
export interface FieldType {
  readonly scalar?: ScalarType;
  readonly list?: ListType;
  readonly map?: MapType;
}

/** One of the shapes of a value. */
export type Shape = 'map' | 'scalar' | 'list';

/** The shape in which a value is looked at: its own where the type allows that, else the first that the type has. */
export function shapeOf(type: FieldType, value: unknown): Shape {
  const own = ownShape(value);
  if (own !== undefined && type[own] !== undefined) return own;
  if (type.map !== undefined) return 'map';
  return type.scalar === undefined ? 'list' : 'scalar';
}

// Null and absent values take any shape.
function ownShape(value: unknown): Shape | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object') return 'scalar';
  return Array.isArray(value) ? 'list' : 'map';
}

/** The type of a member, or `undefined` when the map knows none of that name. */
export function memberType(map: MapType, name: string): FieldType | undefined {
  return map.fields.get(name) ?? map.element;
}
