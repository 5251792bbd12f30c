import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { Handlers } from './handlers.ts';
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
}

/** A distributor whose first `replace` is the initial list. */
export function newDistributor<T extends KubernetesObject>(store: Store<T>, handlers: Handlers<T>): Distributor<T> {
  let initial = true;

  const remove = (key: string, last: T): void => {
    store.delete(key);
    handlers.deleted(last);
  };
  const put = (object: T): void => {
    const key = toObjectKey(object);
    const known = store.get(key);
    // The same name with another uid is another object: whoever holds something for the first one must hear that it is gone.
    const replaced = known !== undefined && known.metadata.uid !== object.metadata.uid;
    if (replaced) remove(key, known);
    store.put(object);
    if (known === undefined || replaced) handlers.added(object, initial);
    else handlers.updated(known, object);
  };

  return {
    replace(items) {
      const present = new Set(items.map((item) => toObjectKey(item)));
      for (const key of store.keys()) {
        const known = store.get(key);
        if (known !== undefined && !present.has(key)) remove(key, known);
      }
      for (const item of items) {
        const known = store.get(toObjectKey(item));
        if (known === undefined || !isSameState(item, known)) put(item);
      }
      initial = false;
    },
    apply(event) {
      if (event.type === 'BOOKMARK') return;
      const key = toObjectKey(event.object);
      const known = store.get(key);
      if (known !== undefined && isStale(event.object, known)) return;
      if (event.type !== 'DELETED') put(event.object);
      else if (known !== undefined) remove(key, event.object);
    },
  };
}

function isSameState(a: KubernetesObject, b: KubernetesObject): boolean {
  const { resourceVersion } = a.metadata;
  return (
    resourceVersion !== undefined && resourceVersion === b.metadata.resourceVersion && a.metadata.uid === b.metadata.uid
  );
}

/** Tells a repetition of what is known, or something older: a server may replay events when a watch is resumed. */
function isStale(object: KubernetesObject, known: KubernetesObject): boolean {
  if (isSameState(object, known)) return true;
  const { resourceVersion = '' } = object.metadata;
  return compareResourceVersions(resourceVersion, known.metadata.resourceVersion ?? '') < 0;
}
