import type { KubernetesObject, ObjectMeta } from '../../../../apis/meta/v1/types.ts';

/** Members of metadata in the order in which Go writes them. */
const metadataMembers = [
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
] as const satisfies readonly (keyof ObjectMeta)[];

/** An object with its members in the order in which Go writes them, so that people find them where they expect them. */
export function toWireOrder({ kind, apiVersion, metadata, ...rest }: KubernetesObject): KubernetesObject {
  const ordered: Record<string, unknown> = {};
  for (const name of metadataMembers) if (metadata[name] !== undefined) ordered[name] = metadata[name];
  return { kind, apiVersion, metadata: ordered, ...rest };
}
