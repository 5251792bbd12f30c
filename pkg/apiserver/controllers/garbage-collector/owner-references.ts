import type { OwnerReference } from '../../../../apis/meta/v1/types.ts';
import { foregroundFinalizer } from '../../registry/deletion-finalizers.ts';
import { tryGet } from '../try-get.ts';
import type { CollectorContext } from './collector-context.ts';
import { type GraphNode, toGroupVersion } from './graph-node.ts';

/** The references of one object, by what has become of the owners. */
export interface ClassifiedReferences {
  /** The owner is there and stays, or nobody here can know. */
  readonly solid: readonly OwnerReference[];
  /** There is no such owner. */
  readonly dangling: readonly OwnerReference[];
  /** The owner goes, and waits for its dependents. */
  readonly waiting: readonly OwnerReference[];
}

type Verdict = keyof ClassifiedReferences;

/** Looks every owner up in the storage, where a reference says that it is. Source: `garbagecollector.go`, `classifyReferences`. */
export async function classifyReferences(
  context: CollectorContext,
  dependent: GraphNode,
  references: readonly OwnerReference[],
): Promise<ClassifiedReferences> {
  const verdicts = await Promise.all(references.map((reference) => judge(context, dependent, reference)));
  const those = (wanted: Verdict): OwnerReference[] => references.filter((_, at) => verdicts[at] === wanted);
  return { solid: those('solid'), dangling: those('dangling'), waiting: those('waiting') };
}

async function judge(
  { stores, enqueueWhenServed }: CollectorContext,
  dependent: GraphNode,
  reference: OwnerReference,
): Promise<Verdict> {
  // The very version: another server may serve the others, with objects of its own.
  const store = stores.find({ ...toGroupVersion(reference.apiVersion), kind: reference.kind });
  if (store === undefined) {
    enqueueWhenServed(dependent.uid);
    return 'solid';
  }
  const clusterScoped = store.kind.scope === 'Cluster';
  // A cluster-scoped object cannot say in which namespace its owner is, so nobody can tell whether that is gone.
  if (!clusterScoped && dependent.namespace === '') return 'solid';
  // A reference across namespaces is not valid: it names an owner in the dependent's own one, and there is none.
  const namespace = clusterScoped ? '' : dependent.namespace;
  const owner = await tryGet(store, { namespace, name: reference.name });
  if (owner === undefined || owner.metadata.uid !== reference.uid) return 'dangling';
  const { deletionTimestamp, finalizers = [] } = owner.metadata;
  return deletionTimestamp !== undefined && finalizers.includes(foregroundFinalizer) ? 'waiting' : 'solid';
}
