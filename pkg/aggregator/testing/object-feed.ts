import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { type Informer, newInformer } from '../../client/cache/informer.ts';
import type { ResourceEventSink } from '../../client/cache/lister-watcher.ts';
import { toObjectKey } from '../../client/cache/object-key.ts';
import type { Indexers } from '../../client/cache/store.ts';
import { discardLogger } from '../../component/logs/logger.ts';

/** Objects that a test puts up and takes down, without a registry and its rules, and an informer over them. */
export interface ObjectFeed<T extends KubernetesObject> {
  readonly informer: Informer<T>;
  /** The informer's handlers have heard of it when this returns, provided that it has synced. */
  put(object: T): void;
  delete(key: string): void;
}

/** A feed without objects; the caller runs its informer. */
export function newObjectFeed<T extends KubernetesObject>(indexers: Indexers<T> = {}): ObjectFeed<T> {
  const objects = new Map<string, T>();
  let revision = 1;
  let sink: ResourceEventSink<T> | undefined;
  const informer = newInformer<T>({
    name: 'feed',
    logger: discardLogger,
    indexers,
    listerWatcher: {
      list: async () => ({ items: [...objects.values()], resourceVersion: String(revision) }),
      watch(_, next, signal) {
        sink = next;
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      },
    },
  });
  const next = (object: T): T => ({
    ...object,
    metadata: { ...object.metadata, resourceVersion: String(++revision) },
  });
  return {
    informer,
    put(object) {
      const key = toObjectKey(object);
      const type = objects.has(key) ? 'MODIFIED' : 'ADDED';
      const stored = next(object);
      objects.set(key, stored);
      sink?.({ type, object: stored });
    },
    delete(key) {
      const object = objects.get(key);
      if (object === undefined) return;
      objects.delete(key);
      sink?.({ type: 'DELETED', object: next(object) });
    },
  };
}
