import type { APIResourceDiscovery, APIVersionDiscovery } from '../../../../../apis/apidiscovery/v2/types.ts';
import type { GroupVersion } from '../../../../apimachinery/schema/group-version.ts';
import { allVerbs, type Verb } from '../../../../apimachinery/schema/kind-definition.ts';
import type { ServedKind } from '../../discovery/served-resource.ts';
import type { OpenAPIOptions } from '../openapi-options.ts';

/** What may be said of a server of which only discovery is known: nothing that it might not implement. */
export const discoveredOptions: Omit<OpenAPIOptions, 'info'> = {
  patchTypes: ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'],
  mediaTypes: ['application/json'],
};

/** Kinds as data, out of what discovery says of them: objects of which nothing is known but that they are objects. */
export function toDiscoveredKinds(gv: GroupVersion, discovery: APIVersionDiscovery): ServedKind[] {
  const resources = discovery.resources ?? [];
  const named = resources.filter(({ responseKind }) => responseKind.kind !== '');
  // Two resources of one kind share its definition.
  return named.map((resource) => toKind(gv, resource));
}

function toKind({ group, version }: GroupVersion, resource: APIResourceDiscovery): ServedKind {
  const { kind } = resource.responseKind;
  const subresources = (resource.subresources ?? []).map(({ subresource, verbs }) => ({
    name: subresource,
    verbs: toKnownVerbs(verbs),
    // Only discovery knows what a subresource other than the status is read and written as.
    ...(subresource !== 'status' && { connects: true }),
  }));
  return {
    group,
    version,
    kind,
    plural: resource.resource,
    singular: resource.singularResource,
    scope: resource.scope,
    verbs: toKnownVerbs(resource.verbs),
    subresources,
    schema: {
      $id: toDefinitionName({ group, version }, kind),
      type: 'object',
      description: `${kind} has no description: its service publishes no OpenAPI document.`,
      'x-kubernetes-preserve-unknown-fields': true,
    },
  };
}

function toKnownVerbs(verbs: readonly string[]): Verb[] {
  return allVerbs.filter((verb) => verbs.includes(verb));
}

/** `com.example.wardle.v1.Flunder` for the group `wardle.example.com`, as upstream names the kinds of custom resources. */
function toDefinitionName({ group, version }: GroupVersion, kind: string): string {
  return [...group.split('.').toReversed(), version, kind].join('.');
}
