/** Index values of an object; it is found under each of them. Depends on nothing but the object, and does not throw. */
export type IndexFunction<T> = (object: T) => readonly string[];

/** Finds objects by the values that an index function gives them. */
export interface Index<T> {
  put(key: string, object: T): void;
  delete(key: string): void;
  find(value: string): readonly T[];
}

/** An empty index. */
export function newIndex<T>(valuesOf: IndexFunction<T>): Index<T> {
  const byValue = new Map<string, Map<string, T>>();
  /** Under which values each key stands, so that taking it out does not depend on the function's answer of today. */
  const valuesByKey = new Map<string, readonly string[]>();

  const remove = (key: string): void => {
    for (const value of valuesByKey.get(key) ?? []) {
      const objects = byValue.get(value);
      objects?.delete(key);
      if (objects?.size === 0) byValue.delete(value);
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
        const objects = byValue.get(value);
        if (objects === undefined) byValue.set(value, new Map([[key, object]]));
        else objects.set(key, object);
      }
    },
    delete: remove,
    find: (value) => [...(byValue.get(value)?.values() ?? [])],
  };
}
