import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { isJSONObject } from '../../apimachinery/runtime/json.ts';
import { aggregatorIdentity } from '../availability/probe.ts';
import type { RemainingContent } from '../../apiserver/controllers/namespace/namespaced-content.ts';
import type { OwnResponse, Transport } from '../proxy/interface.ts';
import type { DeletableResource } from './interface.ts';

/** A request that deletes much takes its time; one that hangs is given up and made again. */
const timeoutMs = 10_000;
const maxBodyBytes = 64 * 1024 * 1024;
/** Objects that are listed at a time. */
const pageSize = 500;

const metadataOnly = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

/** Where the objects of one resource in one namespace are. */
export interface RemoteResource extends DeletableResource {
  readonly transport: Transport;
  readonly group: string;
  /** `/apis/<group>/<version>/namespaces/<namespace>/<resource>`. */
  readonly path: string;
}

/** Says that a backend that is there did not do what it was asked for. */
export class RefusedDeletion extends Error {
  override readonly name = 'RefusedDeletion';
}

/**
 * Deletes all objects of a resource in a namespace at their service, and answers with what is left, if anything. Rejects with a
 * `BackendFailure` when the service cannot be reached, and with a `RefusedDeletion` when it will not. Source: kubernetes
 * `pkg/controller/namespace/deletion`.
 */
export async function emptyRemoteResource(
  at: RemoteResource,
  signal: AbortSignal,
): Promise<RemainingContent | undefined> {
  const emptied = at.asCollection && (await deleteCollection(at, signal));
  if (!at.canList) {
    if (!emptied) throw new RefusedDeletion(`${at.path}: its objects can neither be listed nor deleted together`);
    return undefined;
  }
  const found = await listAll(at, signal);
  if (emptied) return toRemaining(at, found);
  for (const { metadata } of found) await deleteOne(at, metadata.name ?? '', signal);
  return found.length === 0 ? undefined : toRemaining(at, await listAll(at, signal));
}

/** Whether the service can do that. */
async function deleteCollection(at: RemoteResource, signal: AbortSignal): Promise<boolean> {
  const response = await send(at, { method: 'DELETE', path: `${at.path}?propagationPolicy=Background`, signal });
  if (response.status === 405) return false;
  if (response.status !== 404) expectSuccess(response, `DELETE ${at.path}`);
  return true;
}

async function deleteOne(at: RemoteResource, name: string, signal: AbortSignal): Promise<void> {
  const path = `${at.path}/${encodeURIComponent(name)}?propagationPolicy=Background`;
  const response = await send(at, { method: 'DELETE', path, signal });
  // Gone, or about to go, by somebody else's doing.
  if (response.status !== 404 && response.status !== 409) expectSuccess(response, `DELETE ${at.path}/${name}`);
}

async function listAll(at: RemoteResource, signal: AbortSignal): Promise<KubernetesObject[]> {
  const all: KubernetesObject[] = [];
  let continueToken = '';
  do {
    const query = `limit=${pageSize}${continueToken === '' ? '' : `&continue=${encodeURIComponent(continueToken)}`}`;
    const response = await send(at, { path: `${at.path}?${query}`, signal });
    if (response.status === 404) return [];
    // The list has become too old to be gone on with: what is there is counted anew.
    if (response.status === 410 && continueToken !== '') return listAll(at, signal);
    expectSuccess(response, `GET ${at.path}`);
    const { items, metadata } = parseList(response, at.path);
    all.push(...items);
    continueToken = metadata?.continue ?? '';
  } while (continueToken !== '');
  return all;
}

interface ListPage {
  readonly items: readonly KubernetesObject[];
  readonly metadata?: { readonly continue?: string };
}

function parseList({ body }: OwnResponse, path: string): ListPage {
  const page: unknown = JSON.parse(body.toString());
  if (!isJSONObject(page)) throw new RefusedDeletion(`GET ${path}: the answer is no list`);
  const { items } = page;
  if (items === null || items === undefined) return { items: [] };
  const isList = Array.isArray(items) && items.every((item) => isJSONObject(item) && isJSONObject(item['metadata']));
  if (!isList) throw new RefusedDeletion(`GET ${path}: the answer is no list`);
  return page as unknown as ListPage;
}

interface Question {
  readonly method?: 'DELETE';
  readonly path: string;
  readonly signal: AbortSignal;
}

function send({ transport }: RemoteResource, question: Question): Promise<OwnResponse> {
  const headers = { ...aggregatorIdentity, Accept: metadataOnly };
  return transport.fetch({ ...question, headers, timeoutMs, maxBodyBytes });
}

function expectSuccess({ status, body }: OwnResponse, what: string): void {
  if (status >= 200 && status <= 299) return;
  throw new RefusedDeletion(`${what}: answered with ${status}${messageOf(body)}`);
}

/** What the service says about it, if it says it in a `Status`. */
function messageOf(body: Buffer): string {
  try {
    const status: unknown = JSON.parse(body.subarray(0, 64 * 1024).toString());
    const message = isJSONObject(status) ? status['message'] : undefined;
    return typeof message === 'string' && message !== '' ? `: ${message.slice(0, 300)}` : '';
  } catch {
    return '';
  }
}

function toRemaining(
  { group, path }: RemoteResource,
  objects: readonly KubernetesObject[],
): RemainingContent | undefined {
  if (objects.length === 0) return undefined;
  const finalizers = new Map<string, number>();
  for (const finalizer of objects.flatMap(({ metadata }) => metadata.finalizers ?? [])) {
    finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1);
  }
  return { group, resource: path.slice(path.lastIndexOf('/') + 1), count: objects.length, finalizers };
}
