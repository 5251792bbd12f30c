import type { APIResourceDiscovery, APIVersionDiscovery } from '../../../apis/apidiscovery/v2/types.ts';
import type { APIResourceList } from '../../../apis/meta/v1/types.ts';
import { isJSONObject } from '../../apimachinery/runtime/json.ts';
import { type GroupVersion, toAPIPath, toAPIVersion } from '../../apimachinery/schema/group-version.ts';
import { fromAPIResourceList } from '../../apiserver/endpoints/discovery/legacy-conversion.ts';
import {
  fillResponseKinds,
  type ForeignAPIGroupDiscovery,
} from '../../apiserver/endpoints/discovery/response-kinds.ts';
import type { OwnResponse, Transport } from '../proxy/interface.ts';
import type { KnownDiscovery } from './discovery-book.ts';
import { fetchDocument, headerOf } from './fetch-document.ts';

const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** The aggregated document of a backend, kept from one read to the next. */
export interface AggregatedDiscovery {
  readonly etag: string;
  readonly groups: readonly ForeignAPIGroupDiscovery[];
}

/**
 * A backend's aggregated discovery; the known one when nothing has changed, `undefined` when the backend has none. Rejects when
 * it cannot be read.
 */
export async function readAggregatedDiscovery(
  transport: Transport,
  known: AggregatedDiscovery | undefined,
  signal: AbortSignal,
): Promise<AggregatedDiscovery | undefined> {
  const request = { path: '/apis', accept: aggregatedType, knownETag: known?.etag || undefined, signal };
  const response = await fetchDocument(transport, request);
  if (response.status === 304) return known;
  // Older servers answer the same path with another document, with 404 or with 406.
  if (response.status !== 200 || !isAggregated(headerOf(response, 'content-type'))) return undefined;
  const { items } = parse(response);
  if (!Array.isArray(items)) throw new TypeError('aggregated discovery without items');
  return { etag: headerOf(response, 'etag'), groups: items as ForeignAPIGroupDiscovery[] };
}

/** What aggregated discovery says of a group/version, if it says anything. */
export function findVersion(known: AggregatedDiscovery, gv: GroupVersion): APIVersionDiscovery | undefined {
  const group = known.groups.find((each) => each?.metadata?.name === gv.group);
  if (group === undefined) return undefined;
  const found = fillResponseKinds(group).versions.find(({ version }) => version === gv.version);
  for (const resource of found?.resources ?? []) checkResource(resource);
  return found === undefined ? undefined : { ...found, freshness: found.freshness === 'Stale' ? 'Stale' : 'Current' };
}

/** Throws a `TypeError` for a resource that would break the document of everybody. */
function checkResource({ resource, scope, verbs, subresources = [] }: APIResourceDiscovery): void {
  const all = [
    { name: resource, verbs },
    ...subresources.map(({ subresource, verbs: own }) => ({ name: subresource, verbs: own })),
  ];
  for (const each of all) {
    const fine = typeof each.name === 'string' && (each.verbs ?? []).every((verb) => typeof verb === 'string');
    if (!fine) throw new TypeError(`discovery has a malformed resource ${JSON.stringify(each.name)}`);
  }
  if (scope !== 'Namespaced' && scope !== 'Cluster') throw new TypeError(`discovery of ${resource} has no scope`);
}

/** Discovery of a group/version by its own document, which every API server has. Rejects when it cannot be read. */
export async function readLegacyDiscovery(
  transport: Transport,
  gv: GroupVersion,
  signal: AbortSignal,
): Promise<KnownDiscovery> {
  const resources = await readResourceList(transport, gv, signal);
  return { discovery: fromAPIResourceList(resources), resources };
}

/** The own document of a group/version, as older clients read it. Rejects when it cannot be read. */
export async function readResourceList(
  transport: Transport,
  gv: GroupVersion,
  signal: AbortSignal,
): Promise<APIResourceList> {
  const path = toAPIPath(gv);
  const response = await fetchDocument(transport, { path, accept: 'application/json', signal });
  if (response.status !== 200) throw new TypeError(`GET ${path} was answered with ${response.status}`);
  const list = parse(response);
  if (list['kind'] !== 'APIResourceList') throw new TypeError(`GET ${path} was answered with something else`);
  if (!Array.isArray(list['resources'] ?? []))
    throw new TypeError(`GET ${path} was answered without a list of resources`);
  // Where it was asked for decides what it describes, also when the backend says otherwise or nothing at all.
  return { ...list, groupVersion: toAPIVersion(gv) } as unknown as APIResourceList;
}

function isAggregated(contentType: string): boolean {
  const [type, ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  const wanted = aggregatedType.toLowerCase().split(';').slice(1);
  return type === 'application/json' && wanted.every((parameter) => parameters.includes(parameter));
}

function parse({ body }: OwnResponse): Record<string, unknown> {
  const document: unknown = JSON.parse(body.toString());
  if (!isJSONObject(document)) throw new TypeError('discovery is not a JSON object');
  return document;
}
