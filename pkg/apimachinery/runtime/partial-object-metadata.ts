import type { KubernetesList, KubernetesObject, ListMeta, ObjectMeta } from '../../../apis/meta/v1/types.ts';
import { newStatusError } from '../errors/status-error.ts';
import type { MetaVersion, OutputEncoding } from './negotiate.ts';

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

/**
 * Throws a 406 `StatusError` when a client asks for the metadata of one object and gets a list, or the other way round. `goType` is what
 * Go calls the result, such as `*v1.ConfigMapList`.
 */
export function checkPartialObjectMetadata(encoding: OutputEncoding, isList: boolean, goType: string): void {
  const wanted = encoding.as;
  if (wanted === 'Object' || wanted === 'Table' || (wanted === 'PartialObjectMetadataList') === isList) return;
  const what = isList ? 'is a list' : 'is not a list';
  const message = `you requested ${wanted}, but the requested object ${what} (${goType})`;
  throw newStatusError({ code: 406, reason: 'NotAcceptable', message });
}
