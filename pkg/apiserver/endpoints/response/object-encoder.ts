import type { KubernetesObject } from '../../../../apis/meta/v1/types.ts';
import { encodeJSON } from '../../../apimachinery/runtime/encode-json.ts';
import { toWireOrder } from './wire-order.ts';

/** JSON of an object after `{"kind":…,"apiVersion":…,`: `"metadata":{…},…}`. */
const tails = new WeakMap<object, string>();

/**
 * JSON of an object, `kind` and `apiVersion` first as Go writes them, without the newline. Stored objects are frozen and shared, so
 * that each is serialised once for all readers, lists and watchers.
 */
export function encodeObject(object: KubernetesObject): string {
  return `{"kind":${JSON.stringify(object.kind)},"apiVersion":${JSON.stringify(object.apiVersion)},${tailOf(object)}`;
}

/** JSON of an object as a member of a typed list, where upstream leaves `kind` and `apiVersion` to the list. */
export function encodeListItem(object: KubernetesObject): string {
  return `{${tailOf(object)}`;
}

function tailOf(object: KubernetesObject): string {
  const known = tails.get(object);
  if (known !== undefined) return known;
  const { kind: _, apiVersion: __, ...rest } = toWireOrder(object);
  const tail = encodeJSON(rest).slice(1, -1);
  if (Object.isFrozen(object)) tails.set(object, tail);
  return tail;
}
