import type { APIGroupDiscovery, ResponseKind } from '../../../../apis/apidiscovery/v2/types.ts';

/** What stands for an unknown kind. client-go 0.26.0 to 0.26.3 crashes where the member is null. */
export const emptyResponseKind: ResponseKind = Object.freeze({ group: '', version: '', kind: '' });

/** An aggregated group as another server sends it: kinds may be null or missing. */
export type ForeignAPIGroupDiscovery = Omit<APIGroupDiscovery, 'versions'> & {
  versions?: ForeignAPIVersionDiscovery[] | null;
};

type ForeignAPIVersionDiscovery = Omit<APIGroupDiscovery['versions'][number], 'resources'> & {
  resources?: ForeignResource[] | null;
};

type Discovered = NonNullable<APIGroupDiscovery['versions'][number]['resources']>[number];

type ForeignResource = Omit<Discovered, 'responseKind' | 'subresources'> & {
  responseKind?: ResponseKind | null;
  subresources?: ForeignSubresource[] | null;
};

type ForeignSubresource = Omit<NonNullable<Discovered['subresources']>[number], 'responseKind'> & {
  responseKind?: ResponseKind | null;
};

/** A copy of another server's aggregated group in which no resource and no subresource lacks its kind. */
export function fillResponseKinds(group: ForeignAPIGroupDiscovery): APIGroupDiscovery {
  const versions = (group.versions ?? []).map(({ resources, ...version }) => ({
    ...version,
    ...(resources && { resources: resources.map(fillResource) }),
  }));
  return { ...group, versions };
}

function fillResource({ subresources, ...resource }: ForeignResource): Discovered {
  return {
    ...resource,
    responseKind: resource.responseKind ?? emptyResponseKind,
    ...(subresources && {
      subresources: subresources.map((each) => ({ ...each, responseKind: each.responseKind ?? emptyResponseKind })),
    }),
  };
}
