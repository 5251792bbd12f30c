import type { ObjectMeta } from '../../../../apis/meta/v1/types.ts';
import { hasReason } from '../../../apimachinery/errors/status-error.ts';
import { cloneJSON } from '../../../apimachinery/runtime/json.ts';
import type { CollectorContext } from './collector-context.ts';
import type { GraphNode } from './graph-node.ts';

/** Takes these owners out of the references of an object. */
export function dropOwners(context: CollectorContext, node: GraphNode, owners: ReadonlySet<string>): Promise<void> {
  return changeMetadata(context, node, (metadata) => {
    const kept = (metadata.ownerReferences ?? []).filter(({ uid }) => !owners.has(uid));
    if (kept.length > 0) metadata.ownerReferences = kept;
    else delete metadata.ownerReferences;
  });
}

/** Takes a finalizer from an object, which is gone when it was the last one. */
export function dropFinalizer(context: CollectorContext, node: GraphNode, finalizer: string): Promise<void> {
  return changeMetadata(context, node, (metadata) => {
    const kept = (metadata.finalizers ?? []).filter((name) => name !== finalizer);
    if (kept.length > 0) metadata.finalizers = kept;
    else delete metadata.finalizers;
  });
}

/** Changes the very object that the node is of; another one of its name is left alone, and one that is gone is no failure. */
async function changeMetadata(
  { stores, write }: CollectorContext,
  { gvk, namespace, name, uid }: GraphNode,
  change: (metadata: ObjectMeta) => void,
): Promise<void> {
  const store = stores.findAnyVersion(gvk);
  const update = {
    namespace,
    name,
    subresource: '',
    transform<T extends { metadata: ObjectMeta }>(old: T): T {
      if (old.metadata.uid !== uid) return old;
      const draft = cloneJSON(old);
      change(draft.metadata);
      return draft;
    },
  };
  try {
    await store?.update(update, write);
  } catch (error) {
    if (!hasReason(error, 'NotFound')) throw error;
  }
}
