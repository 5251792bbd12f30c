import { toAPIPath } from '../../apimachinery/schema/group-version.ts';
import type { ObjectRef, ResourceRef } from './interface.ts';

/** Path of a collection. Throws a `TypeError` for an empty part. */
export function toCollectionPath(ref: ResourceRef): string {
  const inside = ref.namespace === undefined || ref.namespace === '' ? [] : ['namespaces', ref.namespace];
  return `${toAPIPath(ref)}/${toSegments([...inside, ref.resource])}`;
}

/** Path of an object or of its subresource. Throws a `TypeError` for an empty part, which would make it another path. */
export function toObjectPath(ref: ObjectRef): string {
  const { name, subresource } = ref;
  return `${toCollectionPath(ref)}/${toSegments(subresource === undefined ? [name] : [name, subresource])}`;
}

function toSegments(parts: readonly string[]): string {
  return parts.map(toSegment).join('/');
}

function toSegment(part: string): string {
  if (part === '' || part === '.' || part === '..')
    throw new TypeError(`${JSON.stringify(part)} cannot be part of a path`);
  return encodeURIComponent(part);
}
