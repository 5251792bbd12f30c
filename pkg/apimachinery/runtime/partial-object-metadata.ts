import type { KubernetesList, KubernetesObject, ListMeta, ObjectMeta } from '../../../apis/meta/v1/types.ts';
import type { MetaVersion } from './negotiate.ts';

/** An object reduced to its metadata. */
export interface PartialObjectMetadata {
  kind: 'PartialObjectMetadata';
  apiVersion: MetaVersion;
  metadata: ObjectMeta;
}

/** A list of objects reduced to their metadata. Each item carries its own kind. */
export interface PartialObjectMetadataList {
  kind: 'PartialObjectMetadataList';
  apiVersion: MetaVersion;
  metadata: ListMeta;
  items: PartialObjectMetadata[];
}

/** The metadata of an object, which is shared and not copied. */
export function toPartialObjectMetadata(object: KubernetesObject, apiVersion: MetaVersion): PartialObjectMetadata {
  return { kind: 'PartialObjectMetadata', apiVersion, metadata: object.metadata };
}

/** The metadata of a list and of its items. */
export function toPartialObjectMetadataList(list: KubernetesList, apiVersion: MetaVersion): PartialObjectMetadataList {
  const items = list.items.map((item) => toPartialObjectMetadata(item, apiVersion));
  return { kind: 'PartialObjectMetadataList', apiVersion, metadata: list.metadata, items };
}
