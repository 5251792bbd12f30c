import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../../../../apis/meta/v1/types.ts';

/**
 * Whether a write changes more than what garbage collection has to change, which gives nobody any right. Source: kubernetes
 * `pkg/registry/rbac/helpers.go`.
 */
export function changesMoreThanOwnership(object: KubernetesObject, old: KubernetesObject): boolean {
  return !isDeepStrictEqual(withoutOwnership(object), withoutOwnership(old));
}

function withoutOwnership({ metadata, ...rest }: KubernetesObject): object {
  const { ownerReferences: _, finalizers: __, managedFields: ___, resourceVersion: ____, ...others } = metadata;
  return { ...rest, metadata: others };
}
