import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { Logger } from '../../component/logs/logger.ts';
import type { EventHandler } from './event-handler.ts';
import type { ResourceEvent } from './lister-watcher.ts';
import { toObjectKey } from './object-key.ts';
import { compareResourceVersions } from './resource-version.ts';
import type { Store } from './store.ts';

/** Turns lists and watch events into store contents and handler calls: each change once, nothing twice, nothing lost. */
export interface Distributor<T extends KubernetesObject> {
  /** The state of the world is this list: tells handlers what differs from the store. */
  replace(items: readonly T[]): void;
  /** One event of a watch. */
  apply(event: ResourceEvent<T>): void;
  addHandler(handler: EventHandler<T>): () => void;
}

/** What a distributor works on. */
export interface DistributorOptions<T extends KubernetesObject> {
  readonly store: Store<T>;
  readonly logger: Logger;
}

/** A distributor without handlers. */
export function newDistributor<T extends KubernetesObject>({ store, logger }: DistributorOptions<T>): Distributor<T> {
  // Replaced, never changed: a handler may add or remove handlers while it is being called.
  let handlers: readonly EventHandler<T>[] = [];
  let filled = false;

  const tell = (call: (handler: EventHandler<T>) => void): void => {
    for (const handler of handlers) guard(call, handler);
  };
  const guard = (call: (handler: EventHandler<T>) => void, handler: EventHandler<T>): void => {
    try {
      call(handler);
    } catch (error) {
      logger.error('An event handler threw; it missed this event', { err: error });
    }
  };
  const remove = (key: string, last: T): void => {
    store.delete(key);
    tell((handler) => handler.delete?.(last));
  };
  const put = (object: T): void => {
    const previous = store.get(toObjectKey(object));
    // The same name with another uid is another object: whoever holds something for the first one must be told that it is gone.
    const replaced = previous !== undefined && previous.metadata.uid !== object.metadata.uid;
    if (replaced) remove(toObjectKey(previous), previous);
    store.put(object);
    if (previous === undefined || replaced) tell((handler) => handler.add?.(object, !filled));
    else tell((handler) => handler.update?.(previous, object));
  };

  return {
    replace(items) {
      const present = new Set(items.map((item) => toObjectKey(item)));
      for (const key of [...store.keys()]) {
        const object = store.get(key);
        if (object !== undefined && !present.has(key)) remove(key, object);
      }
      for (const item of items) {
        if (store.get(toObjectKey(item))?.metadata.resourceVersion !== item.metadata.resourceVersion) put(item);
      }
      filled = true;
    },
    apply(event) {
      if (event.type === 'BOOKMARK') return;
      const key = toObjectKey(event.object);
      const known = store.get(key);
      if (known !== undefined && isStale(event.object, known)) return;
      if (event.type !== 'DELETED') put(event.object);
      else if (known !== undefined) remove(key, event.object);
    },
    addHandler(handler) {
      // Wrapped, so that a handler that is added twice can be removed once.
      const entry: EventHandler<T> = {
        add: (object, initial) => handler.add?.(object, initial),
        update: (previous, current) => handler.update?.(previous, current),
        delete: (object) => handler.delete?.(object),
      };
      handlers = [...handlers, entry];
      for (const object of store.list()) guard(() => handler.add?.(object, true), handler);
      return () => {
        handlers = handlers.filter((other) => other !== entry);
      };
    },
  };
}

/** Tells a repetition of what is known, or of something older: a server may replay events when a watch is resumed. */
function isStale(object: KubernetesObject, known: KubernetesObject): boolean {
  const { resourceVersion = '' } = object.metadata;
  const { resourceVersion: held = '' } = known.metadata;
  if (resourceVersion === held) return resourceVersion !== '';
  return compareResourceVersions(resourceVersion, held) < 0;
}
