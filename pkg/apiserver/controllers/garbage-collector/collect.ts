import type { KubernetesObject } from '../../../../apis/meta/v1/types.ts';
import { hasReason } from '../../../apimachinery/errors/status-error.ts';
import { foregroundFinalizer, orphanFinalizer } from '../../registry/deletion-finalizers.ts';
import type { Store } from '../../registry/store.ts';
import { inChunks } from '../in-chunks.ts';
import { tryGet } from '../try-get.ts';
import { dropFinalizer, dropOwners } from './change-metadata.ts';
import type { CollectorContext } from './collector-context.ts';
import type { GraphNode } from './graph-node.ts';
import { type ClassifiedReferences, classifyReferences } from './owner-references.ts';

/**
 * Does what is to be done about one object, going by what is stored now. Source: kubernetes `pkg/controller/garbagecollector`,
 * `attemptToDeleteItem` and `attemptToOrphan`.
 */
export async function collect(context: CollectorContext, uid: string): Promise<void> {
  const { graph, stores } = context;
  const node = graph.get(uid);
  if (node === undefined) return;
  const store = stores.findAnyVersion(node.gvk);
  if (store === undefined) return context.enqueueWhenServed(uid);
  const object = await tryGet(store, node);
  if (object === undefined || object.metadata.uid !== uid) return;
  const { deletionTimestamp, finalizers = [] } = object.metadata;
  if (deletionTimestamp === undefined) return collectDependent(context, { node, store, object });
  // What is on its way out for another reason will be looked at again when it is gone.
  if (finalizers.includes(orphanFinalizer)) return orphanDependents(context, node);
  if (finalizers.includes(foregroundFinalizer)) return awaitDependents(context, node);
}

/** Lets every dependent forget its owner, and then the owner go. */
async function orphanDependents(context: CollectorContext, node: GraphNode): Promise<void> {
  const { graph, stores } = context;
  const done = new Set<string>();
  for (;;) {
    const found = graph.dependentsOf(node.uid).filter(({ uid, gvk }) => !done.has(uid) && stores.findAnyVersion(gvk));
    if (found.length === 0) break;
    await inChunks(found, (dependent) => dropOwners(context, dependent, new Set([node.uid])));
    for (const { uid } of found) done.add(uid);
  }
  await dropFinalizer(context, node, orphanFinalizer);
}

/** Sends every dependent on its way, and lets the owner go when those that block it are gone. */
async function awaitDependents(context: CollectorContext, node: GraphNode): Promise<void> {
  const { graph, stores, enqueue } = context;
  for (const { uid, terminating } of graph.dependentsOf(node.uid)) if (!terminating) enqueue(uid);
  // Nobody here could ever take a dependent away that is not served.
  const blockers = graph.blockersOf(node.uid).filter(({ gvk }) => stores.findAnyVersion(gvk) !== undefined);
  if (blockers.length === 0) await dropFinalizer(context, node, foregroundFinalizer);
}

interface Dependent {
  readonly node: GraphNode;
  readonly store: Store;
  readonly object: KubernetesObject;
}

/** Deletes an object that has had owners and has none any more; takes those out that are gone when others are left. */
async function collectDependent(context: CollectorContext, dependent: Dependent): Promise<void> {
  const { node, object } = dependent;
  const references = await classifyReferences(context, node, object.metadata.ownerReferences ?? []);
  const { solid, dangling, waiting } = references;
  const gone = new Set([...dangling, ...waiting].map(({ uid }) => uid));
  if (gone.size === 0) return;
  if (solid.length > 0) return dropOwners(context, node, gone);
  await deleteDependent(context, dependent, references);
}

async function deleteDependent(
  context: CollectorContext,
  { node, store, object }: Dependent,
  { waiting }: ClassifiedReferences,
): Promise<void> {
  const { graph, write, logger, enqueue } = context;
  const { uid, namespace, name } = node;
  const { resourceVersion = '' } = object.metadata;
  // Without a policy, finalizers that say what is to become of its own dependents are honoured.
  const inForeground = waiting.length > 0 && graph.dependentsOf(uid).length > 0;
  const propagation = inForeground ? { propagationPolicy: 'Foreground' as const } : {};
  try {
    // The revision is that of the references: an owner that is added now saves the object.
    await store.delete(node, { ...write, ...propagation, preconditions: { uid, resourceVersion } });
    logger.debug(2, 'Deleted an object whose owners are gone', { resource: store.resource, namespace, name, uid });
  } catch (error) {
    if (hasReason(error, 'Conflict')) enqueue(uid);
    else if (!hasReason(error, 'NotFound')) throw error;
  }
}
