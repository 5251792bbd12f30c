import type { KubernetesObject } from '../../../../apis/meta/v1/types.ts';
import { hasReason } from '../../../apimachinery/errors/status-error.ts';
import { everything } from '../../registry/selection.ts';
import type { Store } from '../../registry/store.ts';
import { newControllerWrite } from '../controller.ts';
import { inChunks } from '../in-chunks.ts';
import type { ContentReport } from './namespaced-content.ts';

const write = newControllerWrite('namespace-controller');

/**
 * Deletes all objects of a kind in a namespace, and answers with what is left. Source: kubernetes `pkg/controller/namespace/deletion`,
 * `deleteAllContentForGroupVersionResource`.
 */
export async function emptyResource(store: Store, namespace: string): Promise<ContentReport> {
  const failures = new Set<string>();
  const fail = (error: unknown): void => void failures.add(error instanceof Error ? error.message : String(error));
  let left: readonly KubernetesObject[] = [];
  try {
    const items = await listAll(store, namespace);
    await inChunks(items, (item) => deleteItem(store, item).catch(fail));
    if (items.length > 0) left = await listAll(store, namespace);
  } catch (error) {
    fail(error);
  }
  const finalizers = countFinalizers(left);
  if (left.length > 0 && finalizers.size === 0 && failures.size === 0) fail(newUnexpected(store, namespace));
  const remaining = left.length === 0 ? [] : [{ ...store.resource, count: left.length, finalizers }];
  return { remaining, failures: [...failures], undiscovered: [] };
}

async function listAll(store: Store, namespace: string): Promise<readonly KubernetesObject[]> {
  const unlimited = { limit: 0, continueToken: '', resourceVersion: '', resourceVersionMatch: '' } as const;
  return (await store.list({ namespace, selection: everything, ...unlimited })).items;
}

/** The explicit policy takes the finalizers of the garbage collector away: nothing has to wait for dependents here. */
async function deleteItem(store: Store, { metadata }: KubernetesObject): Promise<void> {
  const { namespace = '', name = '', uid = '' } = metadata;
  try {
    await store.delete({ namespace, name }, { ...write, propagationPolicy: 'Background', preconditions: { uid } });
  } catch (error) {
    if (!hasReason(error, 'NotFound') && !hasReason(error, 'Conflict')) throw error;
  }
}

function countFinalizers(objects: readonly KubernetesObject[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const finalizer of objects.flatMap(({ metadata }) => metadata.finalizers ?? [])) {
    counts.set(finalizer, (counts.get(finalizer) ?? 0) + 1);
  }
  return counts;
}

function newUnexpected({ kind: { group, version, plural } }: Store, namespace: string): Error {
  const gvr = `${group}/${version}, Resource=${plural}`;
  return new Error(`unexpected items still remain in namespace: ${namespace} for gvr: ${gvr}`);
}
