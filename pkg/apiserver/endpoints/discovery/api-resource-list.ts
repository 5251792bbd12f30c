import type { APIResource, APIResourceList } from '../../../../apis/meta/v1/types.ts';
import type { GroupVersion } from '../../../apimachinery/schema/group-version.ts';
import { toAPIVersion } from '../../../apimachinery/schema/group-version.ts';
import { type KindDefinition, toStoredGroupVersion } from '../../../apimachinery/schema/kind-definition.ts';
import type { ServedKind, ServedResource } from './served-resource.ts';
import { toServedResources } from './served-resource.ts';
import { toStorageVersionHash } from './storage-version-hash.ts';

/** Legacy discovery document of one group/version: `/apis/<group>/<version>` or `/api/<version>`. */
export function toAPIResourceList(gv: GroupVersion, kinds: readonly ServedKind[]): APIResourceList {
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: toAPIVersion(gv),
    resources: toServedResources(kinds).map(toAPIResource),
  };
}

function toAPIResource(served: ServedResource): APIResource {
  const { kind, name, verbs, as = kind } = served;
  const resource: APIResource = {
    name,
    singularName: served.subresource === undefined ? kind.singular : '',
    namespaced: kind.scope === 'Namespaced',
    ...(toAPIVersion(as) === toAPIVersion(kind) ? {} : { group: as.group, version: as.version }),
    kind: as.kind,
    verbs: [...verbs],
  };
  return served.subresource === undefined ? { ...resource, ...toResourceOnlyMembers(kind) } : resource;
}

function toResourceOnlyMembers(kind: KindDefinition): Partial<APIResource> {
  const members: Partial<APIResource> = {};
  if (kind.shortNames?.length) members.shortNames = [...kind.shortNames];
  if (kind.categories?.length) members.categories = [...kind.categories];
  // What is never stored (reviews: create only) has no storage version.
  if (isStored(kind)) {
    members.storageVersionHash = toStorageVersionHash({ ...toStoredGroupVersion(kind), kind: kind.kind });
  }
  return members;
}

function isStored(kind: KindDefinition): boolean {
  return kind.verbs === undefined || kind.verbs.some((verb) => verb !== 'create');
}
