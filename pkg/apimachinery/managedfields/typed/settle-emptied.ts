import { emptyFieldSet, type FieldSet } from '../field-set/field-set.ts';
import type { PathElement } from '../field-set/path-element.ts';
import { getMember, isJSONObject, type JSONObject, setMember } from '../../runtime/json.ts';
import { deducedType } from './deduced-type.ts';
import { type FieldType, type ListType, type MapType, memberType } from './field-type.ts';
import { toItemElement } from './list-item.ts';

/** A value from which fields were removed, and who has a say in what is left of it. */
export interface Emptied {
  readonly after: unknown;
  /** The value before; nulls that it holds stay. */
  readonly before: unknown;
  readonly config: unknown;
  /** Fields that appliers apply. */
  readonly applied: FieldSet;
}

interface EmptiedMap extends Emptied {
  readonly after: JSONObject;
  readonly before: JSONObject;
}

interface EmptiedList extends Emptied {
  readonly after: readonly unknown[];
  readonly before: readonly unknown[];
}

/**
 * Decides what becomes of containers that are null because all that they held was removed. What the config says holds; what somebody
 * applies, and the entries of maps, stay as empty containers; declared members go, as Go leaves them out. Null when nothing is left at all.
 */
export function settleEmptied(emptied: Emptied, type: FieldType): unknown {
  const { after, before } = emptied;
  if (after === before) return after;
  if (isJSONObject(after) && isJSONObject(before)) {
    return type.map === undefined ? after : settleMembers({ ...emptied, after, before }, type.map);
  }
  if (Array.isArray(after) && Array.isArray(before) && type.list?.relationship === 'associative') {
    return settleItems({ ...emptied, after, before }, type.list);
  }
  return after;
}

function settleMembers({ after, before, config, applied }: EmptiedMap, map: MapType): JSONObject | null {
  const wanted = isJSONObject(config) ? config : {};
  const result: JSONObject = {};
  for (const [name, member] of Object.entries(after)) {
    const node = applied.get(`f:${name}`);
    const old = getMember(before, name);
    const wish = getMember(wanted, name);
    const inside = { after: member, before: old, config: wish, applied: node?.children ?? emptyFieldSet };
    const settled = settleEmptied(inside, memberType(map, name) ?? deducedType);
    const isEmptied = settled === null && old !== null && old !== undefined;
    const staysEmpty = node?.isMember === true || !map.fields.has(name);
    if (!isEmptied) setMember(result, name, settled);
    else if (wish !== undefined) setMember(result, name, wish);
    else if (staysEmpty) setMember(result, name, Array.isArray(old) ? [] : {});
  }
  // What held emptied members only is emptied itself.
  return Object.keys(result).length === 0 && Object.keys(after).length > 0 ? null : result;
}

function settleItems({ after, before, config, applied }: EmptiedList, list: ListType): unknown[] {
  const old = indexItems(list, before);
  const wanted = indexItems(list, Array.isArray(config) ? config : []);
  return after.map((item) => {
    const element = toItemElement(list, item);
    const inside = { after: item, before: old.get(element), config: wanted.get(element) };
    return settleEmptied({ ...inside, applied: applied.get(element)?.children ?? emptyFieldSet }, list.element);
  });
}

function indexItems(list: ListType, items: readonly unknown[]): ReadonlyMap<PathElement, unknown> {
  return new Map(items.map((item) => [toItemElement(list, item), item]));
}
