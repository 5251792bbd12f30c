import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { ListerWatcher, ListSnapshot, ResourceEventSink } from '../../client/cache/lister-watcher.ts';
import type { Storage } from '../../storage/interface.ts';
import { translateStorageError } from '../registry/translate-storage-error.ts';

/** How to follow a storage. */
export interface FollowOptions {
  /** What is there when it begins, and after a gap. */
  list(): Promise<ListSnapshot<KubernetesObject>>;
  /** Called when the watch stands: from here on every write is told as it happens. */
  onCaughtUp?(): void;
  /** Called when it does not stand any more. */
  onLost?(): void;
}

/** Follows every object of every kind through one watch. */
export function newStorageFollower(storage: Storage, options: FollowOptions): ListerWatcher<KubernetesObject> {
  return {
    list: () => translated(options.list()),
    async watch(resourceVersion, sink, signal) {
      try {
        await translated(
          watchEverything({ storage, sink, signal, caughtUp: () => options.onCaughtUp?.() }, resourceVersion),
        );
      } finally {
        options.onLost?.();
      }
    },
  };
}

interface Watch {
  readonly storage: Storage;
  readonly sink: ResourceEventSink<KubernetesObject>;
  readonly signal: AbortSignal;
  readonly caughtUp: () => void;
}

/** Resolves when the signal is aborted; rejects when the watch ends by itself. */
function watchEverything({ storage, sink, signal, caughtUp }: Watch, resourceVersion: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
    const after = Number(resourceVersion);
    storage
      .watch('', { event: ({ type, object }) => sink({ type, object }), end: reject }, { after, signal })
      .then(caughtUp, reject);
  });
}

/** Reflectors tell by the `Status` whether they have to list again. */
async function translated<R>(work: Promise<R>): Promise<R> {
  try {
    return await work;
  } catch (error) {
    const resource = { group: '', resource: 'objects' };
    throw translateStorageError(error, { operation: 'watch', name: '', resource });
  }
}
