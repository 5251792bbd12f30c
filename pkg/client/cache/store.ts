import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { type Index, type IndexFunction, newIndex } from './object-index.ts';
import { toObjectKey } from './object-key.ts';

/** Index functions by index name. */
export type Indexers<T extends KubernetesObject> = Readonly<Record<string, IndexFunction<T>>>;

/** Reads of the objects that an informer knows. Objects are shared: clone before changing. */
export interface Lister<T extends KubernetesObject> {
  /** The object with this key (`namespace/name` or `name`). */
  get(key: string): T | undefined;
  /** All objects, in no particular order. The array does not change; later calls give a new one when something did. */
  list(): readonly T[];
  /** Objects of a namespace; the array is as that of `list`. */
  listNamespace(namespace: string): readonly T[];
  /** Objects under a value of one of the informer's own indexes. Throws a `RangeError` for an index that does not exist. */
  byIndex(index: string, value: string): readonly T[];
  readonly size: number;
}

/** A lister that can be written to (Go: `cache.Indexer`). */
export interface Store<T extends KubernetesObject> extends Lister<T> {
  /** Puts the object in place of the one with its key, and answers with that one. */
  put(object: T): T | undefined;
  /** Removes and answers with what was there. */
  delete(key: string): T | undefined;
  keys(): IterableIterator<string>;
}

const namespaceIndex = Symbol('namespace');

/** A store with the namespace index and these further ones. */
export function newStore<T extends KubernetesObject>(indexers: Indexers<T> = {}): Store<T> {
  const objects = new Map<string, T>();
  const indexes = new Map<string | symbol, Index<T>>();
  indexes.set(
    namespaceIndex,
    newIndex((object) => [object.metadata.namespace ?? '']),
  );
  for (const [name, valuesOf] of Object.entries(indexers)) indexes.set(name, newIndex(valuesOf));
  let all: readonly T[] | undefined;

  const find = (name: string | symbol, value: string): readonly T[] => {
    const index = indexes.get(name);
    if (index === undefined) throw new RangeError(`there is no index ${JSON.stringify(name)}`);
    return index.find(value);
  };

  return {
    get: (key) => objects.get(key),
    list: () => (all ??= [...objects.values()]),
    listNamespace: (namespace) => find(namespaceIndex, namespace),
    byIndex: find,
    get size() {
      return objects.size;
    },
    put(object) {
      const key = toObjectKey(object);
      const previous = objects.get(key);
      for (const index of indexes.values()) index.put(key, object);
      objects.set(key, object);
      all = undefined;
      return previous;
    },
    delete(key) {
      const previous = objects.get(key);
      for (const index of indexes.values()) index.delete(key);
      objects.delete(key);
      all = undefined;
      return previous;
    },
    keys: () => objects.keys(),
  };
}
