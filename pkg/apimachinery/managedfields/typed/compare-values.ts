import { equalJSON, getMember, isJSONObject, type JSONObject } from '../../runtime/json.ts';
import { FieldSetBuilder } from '../field-set/field-set-builder.ts';
import type { FieldSet } from '../field-set/field-set.ts';
import type { PathElement } from '../field-set/path-element.ts';
import { type FieldType, type ListType, type MapType, memberType, type Shape, shapeOf } from './field-type.ts';
import { toItemElement } from './list-item.ts';

/** How one value differs from another, field by field. A container that comes or goes is named beside what is in it. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/** Compares two values of a type; `undefined` is an absent one. Throws a `TypedValueError` for items without identity. */
export function compareValues(before: unknown, after: unknown, type: FieldType): Comparison {
  const walker = new ComparingWalker();
  walker.visit(before, after, type);
  return { added: walker.added.build(), modified: walker.modified.build(), removed: walker.removed.build() };
}

class ComparingWalker {
  readonly added: FieldSetBuilder = new FieldSetBuilder();
  readonly modified: FieldSetBuilder = new FieldSetBuilder();
  readonly removed: FieldSetBuilder = new FieldSetBuilder();
  readonly #path: PathElement[] = [];

  visit(before: unknown, after: unknown, type: FieldType): void {
    // Stored values are shared, so unchanged parts are often the same value.
    if (before === after) return;
    const present = after === undefined ? before : after;
    const shape = shapeOf(type, present);
    const other = before === undefined || after === undefined ? shape : shapeOf(type, before);
    if (other !== shape) this.#visitShape(other, { before, after, type });
    const isLeaf = this.#visitShape(shape, { before, after, type });
    if (!isLeaf && (before === undefined || after === undefined)) this.#mark(before, after);
  }

  // Answers whether the value counts as one field.
  #visitShape(shape: Shape, { before, after, type }: Pair): boolean {
    const container = shape === 'scalar' ? undefined : type[shape];
    if (container === undefined) return this.#visitLeaf(before, after);
    const isList = 'keys' in container;
    const left = isList ? toList(before) : toMap(before);
    const right = isList ? toList(after) : toMap(after);
    // Two empty containers differ when one of them is null.
    const areEmpty = isEmpty(left) && isEmpty(right);
    if (container.relationship === 'atomic' || areEmpty) return this.#visitLeaf(before, after);
    if (isList) this.#visitItems(container, (left ?? []) as unknown[], (right ?? []) as unknown[]);
    else this.#visitMembers(container, left as JSONObject | undefined, right as JSONObject | undefined);
    return false;
  }

  #visitLeaf(before: unknown, after: unknown): true {
    if (before === undefined || after === undefined || !equalJSON(before, after)) this.#mark(before, after);
    return true;
  }

  #visitMembers(map: MapType, left: JSONObject = {}, right: JSONObject = {}): void {
    for (const name of Object.keys(left)) this.#visitMember(map, name, { left, right });
    for (const name of Object.keys(right)) {
      if (!Object.hasOwn(left, name)) this.#visitMember(map, name, { left, right });
    }
  }

  #visitMember(map: MapType, name: string, { left, right }: { left: JSONObject; right: JSONObject }): void {
    const before = getMember(left, name);
    const after = getMember(right, name);
    const type = memberType(map, name);
    if (type === undefined || before === after) return;
    this.#path.push(`f:${name}`);
    this.visit(before, after, type);
    this.#leave();
  }

  #visitItems(list: ListType, before: readonly unknown[], after: readonly unknown[]): void {
    const left = groupItems(list, before);
    const right = groupItems(list, after);
    for (const [element, items] of left) this.#visitGroup(list, element, { items, others: right.get(element) ?? [] });
    for (const [element, others] of right) {
      if (!left.has(element)) this.#visitGroup(list, element, { items: [], others });
    }
  }

  // Items with the same keys are one thing: they come, change and go together.
  #visitGroup(list: ListType, element: PathElement, { items, others }: Group): void {
    this.#path.push(element);
    if (items.length < 2 && others.length < 2) this.visit(items[0], others[0], list.element);
    else if (items.length > 1 && others.length > 1) {
      if (!equalJSON(items, others)) this.modified.mark(this.#path);
    } else if (items.length > 1) {
      this.visit(undefined, others[0], list.element);
      this.removed.mark(this.#path);
    } else {
      this.visit(items[0], undefined, list.element);
      this.added.mark(this.#path);
    }
    this.#leave();
  }

  #leave(): void {
    this.#path.pop();
    this.added.leave(this.#path);
    this.modified.leave(this.#path);
    this.removed.leave(this.#path);
  }

  #mark(before: unknown, after: unknown): void {
    if (before === undefined) this.added.mark(this.#path);
    else if (after === undefined) this.removed.mark(this.#path);
    else this.modified.mark(this.#path);
  }
}

interface Pair {
  readonly before: unknown;
  readonly after: unknown;
  readonly type: FieldType;
}

interface Group {
  readonly items: readonly unknown[];
  readonly others: readonly unknown[];
}

function toList(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

function toMap(value: unknown): JSONObject | undefined {
  return isJSONObject(value) ? value : undefined;
}

function isEmpty(container: readonly unknown[] | JSONObject | undefined): boolean {
  return (Array.isArray(container) ? container : Object.keys(container ?? {})).length === 0;
}

function groupItems(list: ListType, items: readonly unknown[]): Map<PathElement, unknown[]> {
  const groups = new Map<PathElement, unknown[]>();
  for (const item of items) {
    const element = toItemElement(list, item);
    const group = groups.get(element);
    if (group === undefined) groups.set(element, [item]);
    else group.push(item);
  }
  return groups;
}
