import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { newConflict, newNotFound } from '../../apimachinery/errors/constructors.ts';
import { cloneJSON, equalJSON } from '../../apimachinery/runtime/json.ts';
import { toRFC3339 } from '../../apimachinery/time/rfc3339.ts';
import type { KindDefinition } from '../../apimachinery/schema/kind-definition.ts';
import { runValidatingAdmission } from '../admission/admission.ts';
import { type Propagation, toDeletionFinalizers } from './deletion-finalizers.ts';
import { type ObjectName, toStorageKey } from './key.ts';
import type { Preconditions, StoreOptions, WriteOptions } from './store-options.ts';

/** How to delete. What is said of dependents has an effect where a garbage collector runs. */
export interface DeleteOptions extends WriteOptions, Propagation {
  readonly preconditions?: Preconditions;
}

/** What a delete led to. */
export interface Deletion<T extends KubernetesObject> {
  /** False while finalizers hold the object: it then carries `deletionTimestamp`. */
  readonly gone: boolean;
  /** Last state, or the terminating one. */
  readonly object: T;
}

/**
 * Removes an object, or marks it as terminating while it has finalizers. The decision and the write are one step: a
 * finalizer added in between is seen. Source: apiserver `pkg/registry/generic/registry/store.go`, `Delete`.
 */
export async function deleteObject<T extends KubernetesObject>(
  options: StoreOptions<T>,
  name: ObjectName,
  request: DeleteOptions,
): Promise<Deletion<T>> {
  const { kind, storage } = options;
  const key = toStorageKey(kind, name);
  for (;;) {
    const current = await storage.get(key);
    if (current === undefined) throw newNotFound({ group: kind.group, resource: kind.plural }, name.name);
    await admit(options, { current, name, request });
    const finalizers = findFinalizers(options, current, request);
    const held = finalizers.length > 0 || options.deletion?.isHeld(current as T) === true;
    const terminating = held ? toTerminating(options, current as T, finalizers) : current;
    if (request.dryRun) return { gone: !held, object: terminating as T };
    const seen = current.metadata.resourceVersion;
    const done = await (held
      ? replaceUnchanged(options, key, { seen, terminating })
      : removeUnchanged(options, key, seen));
    if (done !== undefined) return { gone: !held, object: done as T };
  }
}

/** The finalizers that the object is to have while it goes. */
function findFinalizers<T extends KubernetesObject>(
  { garbageCollection }: StoreOptions<T>,
  { metadata: { finalizers = [] } }: KubernetesObject,
  propagation: Propagation,
): readonly string[] {
  return garbageCollection === true ? toDeletionFinalizers(finalizers, propagation) : finalizers;
}

async function admit<T extends KubernetesObject>(
  { kind, admission }: StoreOptions<T>,
  { current, name, request }: { current: KubernetesObject; name: ObjectName; request: DeleteOptions },
): Promise<void> {
  checkPreconditions(kind as unknown as KindDefinition, current, request.preconditions);
  const { user, dryRun, warn } = request;
  const what = { kind: kind as unknown as KindDefinition, ...name, subresource: '' };
  await runValidatingAdmission(admission, {
    ...what,
    operation: 'DELETE',
    object: undefined,
    old: current,
    user,
    dryRun,
    warn,
  });
}

function checkPreconditions(kind: KindDefinition, current: KubernetesObject, wanted: Preconditions = {}): void {
  // Upstream names the kind here, and not the resource.
  const resource = { group: kind.group, resource: kind.kind };
  const { name = '', uid = '', resourceVersion = '' } = current.metadata;
  if (wanted.uid !== undefined && wanted.uid !== uid) {
    const why = `the UID in the precondition (${wanted.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`;
    throw newConflict(resource, name, why);
  }
  if (wanted.resourceVersion !== undefined && wanted.resourceVersion !== resourceVersion) {
    const why = `the ResourceVersion in the precondition (${wanted.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`;
    throw newConflict(resource, name, why);
  }
}

/** Thrown out of a storage operation when the object is no longer the one that was decided about. */
class ChangedMeanwhile extends Error {}

async function retriable<R>(work: () => Promise<R>): Promise<R | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ChangedMeanwhile) return undefined;
    throw error;
  }
}

/** Removes an object if it is still at the revision that was `seen`; answers with `undefined` when it is not. */
export function removeUnchanged(
  { storage }: Pick<StoreOptions<KubernetesObject>, 'storage'>,
  key: string,
  seen: string | undefined,
): Promise<KubernetesObject | undefined> {
  return retriable(() =>
    storage.delete(key, (current) => {
      if (current.metadata.resourceVersion !== seen) throw new ChangedMeanwhile();
    }),
  );
}

function replaceUnchanged<T extends KubernetesObject>(
  { storage }: StoreOptions<T>,
  key: string,
  { seen, terminating }: { seen: string | undefined; terminating: KubernetesObject },
): Promise<KubernetesObject | undefined> {
  return retriable(() =>
    storage.guaranteedUpdate(key, (current) => {
      if (current.metadata.resourceVersion !== seen) throw new ChangedMeanwhile();
      return terminating;
    }),
  );
}

/** The object as it waits for what holds it; as it is when it does already. */
function toTerminating<T extends KubernetesObject>(
  { deletion, now }: StoreOptions<T>,
  current: T,
  finalizers: readonly string[],
): T {
  const begun = current.metadata.deletionTimestamp !== undefined;
  if (begun && equalJSON(finalizers, current.metadata.finalizers ?? [])) return current;
  const draft = cloneJSON(current);
  const { metadata } = draft;
  if (finalizers.length > 0) metadata.finalizers = [...finalizers];
  else delete metadata.finalizers;
  if (begun) return draft;
  metadata.deletionTimestamp = toRFC3339(now());
  metadata.deletionGracePeriodSeconds = 0;
  if (metadata.generation !== undefined && metadata.generation > 0) metadata.generation += 1;
  deletion?.markTerminating(draft);
  return draft;
}
