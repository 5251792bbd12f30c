import type {
  APIResourceDiscovery,
  APISubresourceDiscovery,
  APIVersionDiscovery,
  ResponseKind,
} from '../../../../apis/apidiscovery/v2/types.ts';
import { type GroupVersion, type GroupVersionKind, toAPIVersion } from '../../../apimachinery/schema/group-version.ts';
import type { ServedKind, ServedResource } from './served-resource.ts';
import { toServedResources } from './served-resource.ts';

/** Aggregated discovery of one group/version that this server serves by itself. */
export function toAPIVersionDiscovery(gv: GroupVersion, kinds: readonly ServedKind[]): APIVersionDiscovery {
  const served = toServedResources(kinds);
  const resources = served
    .filter((each) => each.subresource === undefined)
    .map((each) => toAPIResourceDiscovery(each, served));
  return { version: gv.version, ...(resources.length > 0 && { resources }), freshness: 'Current' };
}

function toAPIResourceDiscovery(served: ServedResource, all: readonly ServedResource[]): APIResourceDiscovery {
  const { kind } = served;
  const subresources = all
    .filter((each) => each.kind === kind && each.subresource !== undefined)
    .map(toAPISubresourceDiscovery);
  return {
    resource: kind.plural,
    responseKind: toResponseKind(kind),
    scope: kind.scope,
    singularResource: kind.singular,
    verbs: [...served.verbs],
    ...(kind.shortNames?.length && { shortNames: [...kind.shortNames] }),
    ...(kind.categories?.length && { categories: [...kind.categories] }),
    ...(subresources.length > 0 && { subresources }),
  };
}

function toAPISubresourceDiscovery(served: ServedResource): APISubresourceDiscovery {
  const { subresource = '', kind, as = kind, verbs } = served;
  const { group, version } = as;
  const elsewhere = toAPIVersion(as) === toAPIVersion(kind) ? {} : { group, version };
  return { subresource, responseKind: { ...toResponseKind(as), ...elsewhere }, verbs: [...verbs] };
}

/** Group and version are empty where they are those of the list: this is what kube-apiserver sends. */
function toResponseKind({ kind }: Pick<GroupVersionKind, 'kind'>): ResponseKind {
  return { group: '', version: '', kind };
}
