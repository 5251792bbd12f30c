import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { toObjectKey } from './object-key.ts';

/** Index values of an object; it is found under each of them. Must depend on nothing but the object. */
export type IndexFunction<T extends KubernetesObject> = (object: T) => readonly string[];

/** Index functions by index name. */
export type Indexers<T extends KubernetesObject> = Readonly<Record<string, IndexFunction<T>>>;

/** Reads of the objects that an informer knows. Objects are shared: clone before changing. */
export interface Lister<T extends KubernetesObject> {
  /** The object with this key (`namespace/name` or `name`). */
  get(key: string): T | undefined;
  /** All objects, in no particular order. The array does not change; later calls give a new one when something did. */
  list(): readonly T[];
  /** Objects of a namespace. */
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
  const indexes = new Map<string | symbol, Index<T>>([
    [namespaceIndex, newIndex((o: T) => [o.metadata.namespace ?? ''])],
  ]);
  for (const [name, values] of Object.entries(indexers)) indexes.set(name, newIndex(values));
  let all: readonly T[] | undefined;

  const unlink = (key: string): T | undefined => {
    const object = objects.get(key);
    if (object === undefined) return undefined;
    for (const index of indexes.values()) index.remove(key, object);
    all = undefined;
    return object;
  };
  const lookUp = (name: string | symbol, value: string): readonly T[] => {
    const index = indexes.get(name);
    if (index === undefined) throw new RangeError(`no index ${JSON.stringify(name)}`);
    return index.find(value);
  };

  return {
    get: (key) => objects.get(key),
    list: () => (all ??= [...objects.values()]),
    listNamespace: (namespace) => lookUp(namespaceIndex, namespace),
    byIndex: lookUp,
    get size() {
      return objects.size;
    },
    put(object) {
      const key = toObjectKey(object);
      const previous = unlink(key);
      objects.set(key, object);
      for (const index of indexes.values()) index.add(key, object);
      all = undefined;
      return previous;
    },
    delete(key) {
      const previous = unlink(key);
      objects.delete(key);
      return previous;
    },
    keys: () => objects.keys(),
  };
}

interface Index<T> {
  add(key: string, object: T): void;
  remove(key: string, object: T): void;
  find(value: string): readonly T[];
}

function newIndex<T>(valuesOf: (object: T) => readonly string[]): Index<T> {
  const buckets = new Map<string, Map<string, T>>();
  return {
    add(key, object) {
      for (const value of valuesOf(object)) {
        const bucket = buckets.get(value);
        if (bucket === undefined) buckets.set(value, new Map([[key, object]]));
        else bucket.set(key, object);
      }
    },
    remove(key, object) {
      for (const value of valuesOf(object)) {
        const bucket = buckets.get(value);
        bucket?.delete(key);
        if (bucket?.size === 0) buckets.delete(value);
      }
    },
    find: (value) => [...(buckets.get(value)?.values() ?? [])],
  };
}
