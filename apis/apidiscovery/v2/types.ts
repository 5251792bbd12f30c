/** Group, version and kind of what a resource answers with. */
export interface ResponseKind {
  group: string;
  version: string;
  kind: string;
}

/** A subresource in aggregated discovery. */
export interface APISubresourceDiscovery {
  subresource: string;
  responseKind: ResponseKind;
  acceptedTypes?: ResponseKind[];
  verbs: string[];
}

/** A resource in aggregated discovery. */
export interface APIResourceDiscovery {
  resource: string;
  responseKind: ResponseKind;
  scope: 'Namespaced' | 'Cluster';
  singularResource: string;
  verbs: string[];
  shortNames?: string[];
  categories?: string[];
  subresources?: APISubresourceDiscovery[];
}

/** One version of a group in aggregated discovery. */
export interface APIVersionDiscovery {
  version: string;
  resources?: APIResourceDiscovery[];
  /** `Stale` when the service behind the version could not be reached lately. */
  freshness?: 'Current' | 'Stale';
}

/** One group in aggregated discovery; versions in order of preference. */
export interface APIGroupDiscovery {
  metadata: { name?: string };
  versions: APIVersionDiscovery[];
}

/** The whole aggregated discovery document. */
export interface APIGroupDiscoveryList {
  kind: 'APIGroupDiscoveryList';
  apiVersion: 'apidiscovery.k8s.io/v2' | 'apidiscovery.k8s.io/v2beta1';
  metadata: Record<string, never>;
  items: APIGroupDiscovery[];
}
