import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { StoreOptions } from './store-options.ts';

/** Why nothing was written: the write would leave a terminating object without a finalizer. */
export class LastFinalizerGone extends Error {
  readonly current: KubernetesObject;
  readonly draft: KubernetesObject;

  constructor(current: KubernetesObject, draft: KubernetesObject) {
    super('the last finalizer is gone');
    this.current = current;
    this.draft = draft;
  }
}

/** Writes, but not the state in which nothing holds a terminating object any more: that one is to be removed instead. */
export async function writeUnlessReleased<T extends KubernetesObject>(
  { storage, deletion }: Pick<StoreOptions<T>, 'storage' | 'deletion'>,
  key: string,
  finish: (current: KubernetesObject) => Promise<T>,
): Promise<T | LastFinalizerGone> {
  try {
    const stored = await storage.guaranteedUpdate(key, async (current) => {
      const draft = await finish(current);
      const { deletionTimestamp, finalizers = [] } = draft.metadata;
      const released = deletionTimestamp !== undefined && finalizers.length === 0 && deletion?.isHeld(draft) !== true;
      if (released) throw new LastFinalizerGone(current, draft);
      return draft;
    });
    return stored as T;
  } catch (error) {
    if (error instanceof LastFinalizerGone) return error;
    throw error;
  }
}
