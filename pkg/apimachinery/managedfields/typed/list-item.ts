import { getMember, isJSONObject } from '../../runtime/json.ts';
import { toCanonicalJSON } from '../field-set/json-order.ts';
import type { PathElement } from '../field-set/path-element.ts';
import type { ListType } from './field-type.ts';
import { TypedValueError } from './typed-value-error.ts';

/** The step that leads to an item of an associative list. Throws a `TypedValueError` when the item has no identity. */
export function toItemElement(list: ListType, item: unknown): PathElement {
  return list.keys.length === 0 ? toSetElement(item) : toKeyedElement(list, item);
}

function toKeyedElement(list: ListType, item: unknown): PathElement {
  if (item === null) throw new TypedValueError('associative list with keys may not have a null element');
  if (!isJSONObject(item)) throw new TypedValueError('associative list with keys may not have non-map elements');
  let keys = '';
  for (const { name, prefix, default: preset } of list.keys) {
    const own = getMember(item, name);
    const value = own === undefined ? preset : own;
    if (value !== undefined) keys += `${keys === '' ? '' : ','}${prefix}${toCanonicalJSON(value)}`;
  }
  if (keys === '') throw new TypedValueError(toMissingKeysText(list));
  return `k:{${keys}}`;
}

function toMissingKeysText({ keyNames }: ListType): string {
  const names = `[${keyNames.map((name) => JSON.stringify(name)).join(' ')}]`;
  return `associative list with keys has an element that omits all key fields ${names} (and doesn't have default values for any key fields)`;
}

function toSetElement(item: unknown): PathElement {
  if (item === null) throw new TypedValueError("associative list without keys has an element that's an explicit null");
  if (Array.isArray(item)) throw new TypedValueError('not supported: associative list with lists as elements');
  if (typeof item === 'object')
    throw new TypedValueError("associative list without keys has an element that's a map type");
  return `v:${JSON.stringify(item)}`;
}
