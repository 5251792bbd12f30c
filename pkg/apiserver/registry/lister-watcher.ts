import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { ListerWatcher } from '../../client/cache/lister-watcher.ts';
import { everything } from './selection.ts';
import type { Store } from './store.ts';

/** Lets an informer follow a store of this process, or one namespace of it, without a connection in between. */
export function newListerWatcher<T extends KubernetesObject>(store: Store<T>, namespace = ''): ListerWatcher<T> {
  return {
    async list() {
      return store.list({
        namespace,
        selection: everything,
        limit: 0,
        continueToken: '',
        resourceVersion: '',
        resourceVersionMatch: '',
      });
    },
    watch(resourceVersion, sink, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return resolve();
        const stop = (): void => resolve();
        const fail = (error: unknown): void => {
          signal.removeEventListener('abort', stop);
          reject(error);
        };
        signal.addEventListener('abort', stop, { once: true });
        const query = { namespace, selection: everything, resourceVersion, signal };
        store
          .watch(query, {
            event: (type, object) => sink({ type, object }),
            initialEventsEnd: () => undefined,
            end: fail,
          })
          .catch(fail);
      });
    },
  };
}
