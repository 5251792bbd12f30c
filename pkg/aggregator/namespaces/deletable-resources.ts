import type { APIVersionDiscovery } from '../../../apis/apidiscovery/v2/types.ts';
import { isJSONObject } from '../../apimachinery/runtime/json.ts';
import { type GroupVersion, toAPIPath } from '../../apimachinery/schema/group-version.ts';
import { aggregatorIdentity } from '../availability/probe.ts';
import type { Transport } from '../proxy/interface.ts';
import type { DeletableResource } from './interface.ts';

const timeoutMs = 5000;
const maxBodyBytes = 4 * 1024 * 1024;

/** The resources, of those that are known, that a namespace can hold and that can be deleted from it. */
export function findDeletable({ resources = [] }: Pick<APIVersionDiscovery, 'resources'>): DeletableResource[] {
  return resources
    .filter(({ scope }) => scope === 'Namespaced')
    .flatMap(({ resource, verbs }) => toDeletable(resource, verbs));
}

/** Asks a service for them. Rejects with a `BackendFailure` when it cannot be reached, with another error when it says nothing useful. */
export async function readDeletable(
  transport: Transport,
  gv: GroupVersion,
  signal: AbortSignal,
): Promise<DeletableResource[]> {
  const path = toAPIPath(gv);
  const headers = { ...aggregatorIdentity, Accept: 'application/json' };
  const { status, body } = await transport.fetch({ path, headers, timeoutMs, maxBodyBytes, signal });
  if (status !== 200) throw new TypeError(`GET ${path} was answered with ${status}`);
  const list: unknown = JSON.parse(body.toString());
  const resources: unknown = isJSONObject(list) ? (list['resources'] ?? []) : undefined;
  if (!Array.isArray(resources)) throw new TypeError(`GET ${path} was answered without a list of resources`);
  return resources.flatMap((each: unknown) => {
    if (!isJSONObject(each)) return [];
    const { name, namespaced, verbs } = each;
    if (typeof name !== 'string' || name === '' || name.includes('/') || namespaced !== true) return [];
    return toDeletable(name, Array.isArray(verbs) ? verbs : []);
  });
}

function toDeletable(resource: string, verbs: readonly unknown[]): DeletableResource[] {
  const asCollection = verbs.includes('deletecollection');
  if (!asCollection && !verbs.includes('delete')) return [];
  return [{ resource, asCollection, canList: verbs.includes('list') }];
}
