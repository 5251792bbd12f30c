/** Index values of an object; it is found under each of them. Depends on nothing but the object, and does not throw. */
export type IndexFunction<T> = (object: T) => readonly string[];

/** Finds objects by the values that an index function gives them. */
export interface Index<T> {
  put(key: string, object: T): void;
  delete(key: string): void;
  /** The array does not change; later calls give a new one when something did. */
  find(value: string): readonly T[];
}

/** Objects under one value. */
interface Bucket<T> {
  readonly objects: Map<string, T>;
  /** What was last given out, unless something changed. */
  list: readonly T[] | undefined;
}

const nothing: readonly never[] = Object.freeze([]);

/** An empty index. */
export function newIndex<T>(valuesOf: IndexFunction<T>): Index<T> {
  const byValue = new Map<string, Bucket<T>>();
  /** Under which values each key stands, so that taking it out does not depend on the function's answer of today. */
  const valuesByKey = new Map<string, readonly string[]>();

  const remove = (key: string): void => {
    for (const value of valuesByKey.get(key) ?? []) {
      const bucket = byValue.get(value);
      if (bucket === undefined) continue;
      bucket.objects.delete(key);
      bucket.list = undefined;
      if (bucket.objects.size === 0) byValue.delete(value);
    }
    valuesByKey.delete(key);
  };

  return {
    put(key, object) {
      const values = valuesOf(object);
      remove(key);
      if (values.length === 0) return;
      valuesByKey.set(key, values);
      for (const value of values) {
        const bucket = byValue.get(value) ?? { objects: new Map<string, T>(), list: undefined };
        byValue.set(value, bucket);
        bucket.objects.set(key, object);
        bucket.list = undefined;
      }
    },
    delete: remove,
    find(value) {
      const bucket = byValue.get(value);
      return bucket === undefined ? nothing : (bucket.list ??= [...bucket.objects.values()]);
    },
  };
}
