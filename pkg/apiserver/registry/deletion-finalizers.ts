/** The finalizer that holds an object until its dependents have forgotten it. */
export const orphanFinalizer = 'orphan';

/** The finalizer that holds an object until the dependents that block it are gone. */
export const foregroundFinalizer = 'foregroundDeletion';

/** What is to become of dependents. */
export type PropagationPolicy = 'Background' | 'Foreground' | 'Orphan';

/** What a delete says about dependents; nothing leaves it to the finalizers that are there. */
export interface Propagation {
  readonly propagationPolicy?: PropagationPolicy;
  /** The older way to say it: `true` is `Orphan`, `false` is `Background`. */
  readonly orphanDependents?: boolean;
}

/**
 * The finalizers of an object that is being deleted. The garbage collector works on those two that are its own, so where none runs
 * this must not be asked. Source: apiserver `pkg/registry/generic/registry/store.go`, `deletionFinalizersForGarbageCollection`.
 */
export function toDeletionFinalizers(finalizers: readonly string[], propagation: Propagation): readonly string[] {
  const policy = toPolicy(propagation) ?? toHonouredPolicy(finalizers);
  const wanted = policy === 'Orphan' ? orphanFinalizer : policy === 'Foreground' ? foregroundFinalizer : undefined;
  const kept = finalizers.filter((name) => name === wanted || !isOwn(name));
  return wanted === undefined || kept.includes(wanted) ? kept : [...kept, wanted];
}

function isOwn(name: string): boolean {
  return name === orphanFinalizer || name === foregroundFinalizer;
}

function toPolicy({ propagationPolicy, orphanDependents }: Propagation): PropagationPolicy | undefined {
  if (orphanDependents === undefined) return propagationPolicy;
  return orphanDependents ? 'Orphan' : 'Background';
}

function toHonouredPolicy(finalizers: readonly string[]): PropagationPolicy {
  const own = finalizers.find(isOwn);
  if (own === undefined) return 'Background';
  return own === orphanFinalizer ? 'Orphan' : 'Foreground';
}
