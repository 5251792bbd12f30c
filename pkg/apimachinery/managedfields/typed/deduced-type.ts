import type { FieldType, ListType, MapType } from './field-type.ts';

type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** The type of fields without a schema: maps are owned by member, lists as a whole (Go: `__untyped_deduced_`). */
export const deducedType: FieldType = newDeducedType();

// It contains itself: what is inside may be anything, too.
function newDeducedType(): FieldType {
  const map: Draft<MapType> = { relationship: 'separable', fields: new Map(), element: undefined };
  const type: Draft<FieldType> = { scalar: 'untyped', map };
  const list: ListType = { relationship: 'atomic', element: type, keys: [], keyNames: [] };
  type.list = list;
  map.element = type;
  return type;
}

/** Tells whether nothing is declared about the members of a map. */
export function isDeducedMap(map: MapType): boolean {
  return map.relationship === 'separable' && map.element === deducedType && map.fields.size === 0;
}
