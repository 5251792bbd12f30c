import type {
  APIResourceDiscovery,
  APISubresourceDiscovery,
  APIVersionDiscovery,
  ResponseKind,
} from '../../../../apis/apidiscovery/v2/types.ts';
import type { APIResource, APIResourceList } from '../../../../apis/meta/v1/types.ts';
import { parseAPIVersion } from '../../../apimachinery/schema/group-version.ts';
import { emptyResponseKind } from './response-kinds.ts';

/**
 * Aggregated discovery of a group/version from its legacy document (Go: `endpoints.ConvertGroupVersionIntoToDiscovery`).
 *
 * A name without a slash is a resource, one with a slash a subresource of what stands before it; a parent that the
 * document lacks is made up. Throws a `TypeError` when a subresource's scope is not its parent's, and when `groupVersion`
 * is malformed.
 */
export function fromAPIResourceList(list: APIResourceList): APIVersionDiscovery {
  const { group, version } = parseAPIVersion(list.groupVersion);
  const parents = new Map<string, APIResourceDiscovery>();
  for (const each of list.resources ?? []) {
    // A document spells out group and version only where they differ from its own.
    const responseKind = { group: each.group || group, version: each.version || version, kind: each.kind };
    const slash = each.name.indexOf('/');
    const parent = slash < 0 ? each.name : each.name.slice(0, slash);
    const known = parents.get(parent);
    if (slash < 0) parents.set(parent, toResource(each, responseKind, known));
    else parents.set(parent, withSubresource(known ?? madeUpParent(parent, each), each, responseKind));
  }
  const resources = [...parents.values()];
  return { version, ...(resources.length > 0 && { resources }), freshness: 'Current' };
}

function toResource(
  from: APIResource,
  responseKind: ResponseKind,
  known: APIResourceDiscovery | undefined,
): APIResourceDiscovery {
  const resource: APIResourceDiscovery = {
    resource: from.name,
    responseKind,
    scope: toScope(from),
    singularResource: from.singularName ?? '',
    verbs: [...(from.verbs ?? [])],
    ...(from.shortNames?.length && { shortNames: [...from.shortNames] }),
    ...(from.categories?.length && { categories: [...from.categories] }),
  };
  if (known?.subresources === undefined) return resource;
  for (const each of known.subresources) checkScope(resource, `${from.name}/${each.subresource}`, known.scope);
  return { ...resource, subresources: known.subresources };
}

function withSubresource(
  parent: APIResourceDiscovery,
  from: APIResource,
  responseKind: ResponseKind,
): APIResourceDiscovery {
  checkScope(parent, from.name, toScope(from));
  const subresource: APISubresourceDiscovery = {
    subresource: from.name.slice(parent.resource.length + 1),
    responseKind,
    verbs: [...(from.verbs ?? [])],
  };
  return { ...parent, subresources: [...(parent.subresources ?? []), subresource] };
}

/** A parent that only its subresources are known of. It has no verbs, so that clients do not offer it. */
function madeUpParent(resource: string, child: APIResource): APIResourceDiscovery {
  return { resource, responseKind: emptyResponseKind, scope: toScope(child), singularResource: '', verbs: [] };
}

function checkScope(parent: APIResourceDiscovery, child: string, scope: APIResourceDiscovery['scope']): void {
  if (parent.scope === scope) return;
  throw new TypeError(
    `Error: Parent ${parent.resource} (scope: ${parent.scope}) and subresource ${child} (scope: ${scope}) scope do not match`,
  );
}

function toScope(resource: APIResource): APIResourceDiscovery['scope'] {
  return resource.namespaced ? 'Namespaced' : 'Cluster';
}
