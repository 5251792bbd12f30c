import type {
  APIResourceDiscovery,
  APISubresourceDiscovery,
  APIVersionDiscovery,
  ResponseKind,
} from '../../../../apis/apidiscovery/v2/types.ts';
import type { GroupVersion } from '../../../apimachinery/schema/group-version.ts';
import type { KindDefinition } from '../../../apimachinery/schema/kind-definition.ts';
import type { ServedResource } from './served-resource.ts';
import { toServedResources } from './served-resource.ts';

/** Aggregated discovery of one group/version that this server serves by itself. */
export function toAPIVersionDiscovery(gv: GroupVersion, kinds: readonly KindDefinition[]): APIVersionDiscovery {
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
  const { subresource = '', kind, verbs } = served;
  return { subresource, responseKind: toResponseKind(kind), verbs: [...verbs] };
}

/** Group and version are empty where they are those of the list: this is what kube-apiserver sends. */
function toResponseKind(kind: KindDefinition): ResponseKind {
  return { group: '', version: '', kind: kind.kind };
}
