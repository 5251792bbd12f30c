import type {
  APIGroupDiscovery,
  APIGroupDiscoveryList,
  APIVersionDiscovery,
} from '../../../../apis/apidiscovery/v2/types.ts';

/** Versions of `apidiscovery.k8s.io`; kubectl 1.26 to 1.29 know the beta only. Their documents differ in `apiVersion` alone. */
export type DiscoveryVersion = 'v2' | 'v2beta1';

/** Content type of an aggregated document. Members in this order: older clients compare it as text. */
export function toDiscoveryContentType(version: DiscoveryVersion): string {
  return `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
}

/** One group of the aggregated document; versions in order of preference. The core group's name is empty. */
export function toAPIGroupDiscovery(name: string, versions: readonly APIVersionDiscovery[]): APIGroupDiscovery {
  return { metadata: name === '' ? {} : { name }, versions: [...versions] };
}

/** The aggregated document of `/apis` (all groups but the core one) or `/api` (the core group). */
export function toAPIGroupDiscoveryList(
  groups: readonly APIGroupDiscovery[],
  version: DiscoveryVersion,
): APIGroupDiscoveryList {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: [...groups],
  };
}
