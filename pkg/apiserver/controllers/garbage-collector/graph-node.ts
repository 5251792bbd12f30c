import type { KubernetesObject, OwnerReference } from '../../../../apis/meta/v1/types.ts';
import type { GroupVersion, GroupVersionKind } from '../../../apimachinery/schema/group-version.ts';
import { foregroundFinalizer, orphanFinalizer } from '../../registry/deletion-finalizers.ts';

/** What the graph knows of an object that has owners, or that is held by one of the collector's finalizers while it goes. */
export interface GraphNode {
  readonly uid: string;
  readonly gvk: GroupVersionKind;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
  readonly owners: readonly OwnerReference[];
  readonly terminating: boolean;
  /** What it waits for while it goes: that its dependents forget it, or that they are gone. */
  readonly waitsFor: 'orphans' | 'dependents' | undefined;
}

/** The node of an object; `undefined` for one that takes no part. */
export function toGraphNode({ apiVersion, kind, metadata }: KubernetesObject): GraphNode | undefined {
  const { uid = '', namespace = '', name = '', ownerReferences: owners = [], deletionTimestamp } = metadata;
  const terminating = deletionTimestamp !== undefined;
  const waitsFor = terminating ? findWait(metadata.finalizers ?? []) : undefined;
  if (uid === '' || (owners.length === 0 && waitsFor === undefined)) return undefined;
  return { uid, gvk: { ...toGroupVersion(apiVersion), kind }, namespace, name, owners, terminating, waitsFor };
}

function findWait(finalizers: readonly string[]): GraphNode['waitsFor'] {
  if (finalizers.includes(orphanFinalizer)) return 'orphans';
  return finalizers.includes(foregroundFinalizer) ? 'dependents' : undefined;
}

/** An owner is cluster-scoped or in the namespace of its dependents; a reference to any other one is not valid. */
export function mayOwn(owner: { readonly namespace: string }, dependent: { readonly namespace: string }): boolean {
  return owner.namespace === '' || owner.namespace === dependent.namespace;
}

/** Splits an `apiVersion`. One that is malformed becomes a version that is served nowhere: who is asked about it must not fail. */
export function toGroupVersion(apiVersion: string): GroupVersion {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}
