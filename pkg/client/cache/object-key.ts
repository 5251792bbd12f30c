import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';

/** `namespace/name`, or the bare name of a cluster-scoped object (Go: `MetaNamespaceKeyFunc`). */
export function toObjectKey(object: KubernetesObject): string {
  const { namespace, name = '' } = object.metadata;
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

/** The namespace (empty when there is none) and name of an object key. */
export function splitObjectKey(key: string): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf('/');
  return slash < 0 ? { namespace: '', name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
