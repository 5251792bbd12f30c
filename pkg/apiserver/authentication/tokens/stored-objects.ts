import type { KubernetesObject } from '../../../../apis/meta/v1/types.ts';
import { type Informer, newInformer } from '../../../client/cache/informer.ts';
import type { Logger } from '../../../component/logs/logger.ts';
import { tryGet } from '../../controllers/try-get.ts';
import { newListerWatcher } from '../../registry/lister-watcher.ts';
import type { ServedStores } from '../../registry/served-stores.ts';
import type { Store } from '../../registry/store.ts';
import type { BoundKind, BoundName, BoundObjects } from './bound-objects.ts';

/** The objects in a server's own stores. */
export interface StoredObjects extends BoundObjects {
  /** To be called once the kinds are installed. What it answers with has to run for as long as tokens are judged. */
  follow(stores: ServedStores, logger: Logger): readonly Informer<KubernetesObject>[];
}

interface Followed {
  readonly store: Store;
  readonly informer: Informer<KubernetesObject>;
}

const boundKinds: readonly BoundKind[] = ['ServiceAccount', 'Secret', 'Pod', 'Node'];

/** Makes a source of objects; before it follows any stores, nothing is there. */
export function newStoredObjects(): StoredObjects {
  const followed = new Map<BoundKind, Followed>();
  return {
    peek({ kind, namespace, name }) {
      const key = namespace === '' ? name : `${namespace}/${name}`;
      return followed.get(kind)?.informer.lister.get(key);
    },
    async get({ kind, namespace, name }: BoundName) {
      const store = followed.get(kind)?.store;
      return store === undefined ? undefined : tryGet(store, { namespace, name });
    },
    follow(stores, logger) {
      for (const kind of boundKinds) {
        const store = stores.find({ group: '', version: 'v1', kind });
        if (store === undefined) continue;
        const listerWatcher = newListerWatcher(store);
        followed.set(kind, { store, informer: newInformer({ name: store.kind.plural, listerWatcher, logger }) });
      }
      return [...followed.values()].map(({ informer }) => informer);
    },
  };
}
