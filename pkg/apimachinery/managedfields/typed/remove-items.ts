import { isJSONObject, type JSONObject, setMember } from '../../runtime/json.ts';
import type { FieldSet } from '../field-set/field-set.ts';
import { deducedType } from './deduced-type.ts';
import { type FieldType, type ListType, type MapType, memberType, shapeOf } from './field-type.ts';
import { toItemElement } from './list-item.ts';

/**
 * The value without the fields in a set. A container that loses all that it held becomes null, and so does an atomic one of which
 * parts are to go. Parts that lose nothing are shared with the argument.
 */
export function removeItems(value: unknown, type: FieldType, toRemove: FieldSet): unknown {
  if (toRemove.size === 0) return value;
  const shape = shapeOf(type, value);
  const container = shape === 'scalar' ? undefined : type[shape];
  if (container === undefined) return value;
  if (container.relationship === 'atomic') return null;
  if ('keys' in container) return Array.isArray(value) ? removeFromList(value, container, toRemove) : null;
  return isJSONObject(value) ? removeFromMap(value, container, toRemove) : null;
}

function removeFromList(items: readonly unknown[], list: ListType, toRemove: FieldSet): unknown {
  const result: unknown[] = [];
  for (const item of items) {
    const node = toRemove.get(toItemElement(list, item));
    if (node?.isMember === true) continue;
    result.push(node === undefined ? item : removeItems(item, list.element, withoutKeys(node.children, list)));
  }
  return result.length === 0 ? null : result;
}

// An item that stays is still the same item.
function withoutKeys(toRemove: FieldSet, { keys }: ListType): FieldSet {
  const rest = new Map(toRemove);
  for (const { name } of keys) rest.delete(`f:${name}`);
  return rest;
}

function removeFromMap(object: JSONObject, map: MapType, toRemove: FieldSet): unknown {
  const result: JSONObject = {};
  for (const [name, member] of Object.entries(object)) {
    const node = toRemove.get(`f:${name}`);
    if (node?.isMember === true) continue;
    const rest = node === undefined ? member : removeItems(member, memberType(map, name) ?? deducedType, node.children);
    setMember(result, name, rest);
  }
  return Object.keys(result).length === 0 ? null : result;
}
