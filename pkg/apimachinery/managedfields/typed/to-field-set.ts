import { isJSONObject, type JSONObject } from '../../runtime/json.ts';
import { FieldSetBuilder } from '../field-set/field-set-builder.ts';
import type { FieldSet } from '../field-set/field-set.ts';
import type { PathElement } from '../field-set/path-element.ts';
import { type FieldType, type ListType, type MapType, memberType, shapeOf } from './field-type.ts';
import { toItemElement } from './list-item.ts';

/**
 * The fields of a value that can be owned: scalars, atomic containers as one, items of lists, and members that are not declared by
 * name. Throws a `TypedValueError` for items without identity.
 */
export function toFieldSet(value: unknown, type: FieldType): FieldSet {
  const walker: Walker = { path: [], builder: new FieldSetBuilder() };
  visit(walker, value, type);
  return walker.builder.build();
}

interface Walker {
  readonly path: PathElement[];
  readonly builder: FieldSetBuilder;
}

function visit(walker: Walker, value: unknown, type: FieldType): void {
  const shape = shapeOf(type, value);
  const container = shape === 'scalar' ? undefined : type[shape];
  if (container === undefined || container.relationship === 'atomic') walker.builder.insert(walker.path);
  else if (Array.isArray(value) && 'keys' in container) visitItems(walker, value, container);
  else if (isJSONObject(value) && 'fields' in container) visitMembers(walker, value, container);
}

function visitMembers(walker: Walker, value: JSONObject, map: MapType): void {
  for (const [name, member] of Object.entries(value)) {
    const type = memberType(map, name);
    if (type === undefined || member === undefined) continue;
    walker.path.push(`f:${name}`);
    visit(walker, member, type);
    // Entries of a map come and go, so they are owned themselves; so is what would leave no trace else.
    if (!map.fields.has(name) || isNullOrEmptyMap(member)) walker.builder.insert(walker.path);
    walker.path.pop();
  }
}

function isNullOrEmptyMap(value: unknown): boolean {
  return value === null || (isJSONObject(value) && Object.keys(value).length === 0);
}

function visitItems(walker: Walker, items: readonly unknown[], list: ListType): void {
  const elements = items.map((item) => toItemElement(list, item));
  const duplicates = findDuplicates(elements);
  for (const [index, element] of elements.entries()) {
    walker.path.push(element);
    // Of items with the same keys nobody can say which is which: they are owned together.
    if (!duplicates.has(element)) visit(walker, items[index], list.element);
    walker.builder.insert(walker.path);
    walker.path.pop();
  }
}

function findDuplicates(elements: readonly PathElement[]): ReadonlySet<PathElement> {
  const seen = new Set<PathElement>();
  const duplicates = new Set<PathElement>();
  for (const element of elements) (seen.has(element) ? duplicates : seen).add(element);
  return duplicates;
}
