import { isJSONObject, type JSONObject } from '../../runtime/json.ts';
import { emptyFieldSet, type FieldNode, type FieldSet, leafNode } from '../field-set/field-set.ts';
import type { PathElement } from '../field-set/path-element.ts';
import { type FieldType, type ListType, type MapType, memberType, shapeOf } from './field-type.ts';
import { toItemElement } from './list-item.ts';

/**
 * The fields of a value that can be owned: scalars, atomic containers as one, items of lists, and members that are not declared by
 * name. Throws a `TypedValueError` for items without identity.
 */
export function toFieldSet(value: unknown, type: FieldType): FieldSet {
  return toNode(value, type).children;
}

function toNode(value: unknown, type: FieldType): FieldNode {
  const shape = shapeOf(type, value);
  const container = shape === 'scalar' ? undefined : type[shape];
  if (container === undefined || container.relationship === 'atomic') return leafNode();
  if (Array.isArray(value) && 'keys' in container) return { isMember: false, children: toItems(value, container) };
  if (isJSONObject(value) && 'fields' in container) return { isMember: false, children: toMembers(value, container) };
  return { isMember: false, children: emptyFieldSet };
}

function toMembers(object: JSONObject, map: MapType): FieldSet {
  const set = new Map<PathElement, FieldNode>();
  for (const [name, member] of Object.entries(object)) {
    const type = memberType(map, name);
    if (type === undefined || member === undefined) continue;
    const { isMember, children } = toNode(member, type);
    // Entries of a map come and go, so they are owned themselves; so is what would leave no trace else.
    const isOwned = isMember || !map.fields.has(name) || isNullOrEmptyMap(member);
    if (isOwned || children.size > 0) set.set(`f:${name}`, { isMember: isOwned, children });
  }
  return set;
}

function isNullOrEmptyMap(value: unknown): boolean {
  return value === null || (isJSONObject(value) && Object.keys(value).length === 0);
}

function toItems(items: readonly unknown[], list: ListType): FieldSet {
  const elements = items.map((item) => toItemElement(list, item));
  const duplicates = findDuplicates(elements);
  const set = new Map<PathElement, FieldNode>();
  for (const [index, element] of elements.entries()) {
    // Of items with the same keys nobody can say which is which: they are owned together.
    const children = duplicates.has(element) ? emptyFieldSet : toNode(items[index], list.element).children;
    set.set(element, { isMember: true, children });
  }
  return set;
}

function findDuplicates(elements: readonly PathElement[]): ReadonlySet<PathElement> {
  const seen = new Set<PathElement>();
  const duplicates = new Set<PathElement>();
  for (const element of elements) (seen.has(element) ? duplicates : seen).add(element);
  return duplicates;
}
