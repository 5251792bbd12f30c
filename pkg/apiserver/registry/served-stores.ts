import type { GroupVersionKind } from '../../apimachinery/schema/group-version.ts';
import { toStoragePrefix } from './key.ts';
import type { Store } from './store.ts';

/** The stores of the kinds that a server serves, which come and go; what controllers work on. */
export class ServedStores {
  readonly #stores = new Map<string, Store>();
  readonly #listeners = new Set<() => void>();

  /** Adds the store of a kind in one version, in place of one that was there. */
  set(store: Store): void {
    this.#stores.set(toKey(store.kind), store);
    for (const listener of this.#listeners) listener();
  }

  /** The store of a kind in this version. */
  find(gvk: GroupVersionKind): Store | undefined {
    return this.#stores.get(toKey(gvk));
  }

  /** The store of a kind in this version, or in another one: the objects are the same. */
  findAnyVersion(gvk: GroupVersionKind): Store | undefined {
    return this.find(gvk) ?? this.list().find(({ kind }) => kind.group === gvk.group && kind.kind === gvk.kind);
  }

  /** One store for each resource, whatever its groups and versions: together they hold every object once. */
  list(): readonly Store[] {
    const resources = new Map<string, Store>();
    for (const store of this.#stores.values()) {
      const prefix = toStoragePrefix(store.kind);
      // As it is stored it needs no conversion.
      if (store.kind.storedAs === undefined || !resources.has(prefix)) resources.set(prefix, store);
    }
    return [...resources.values()];
  }

  /** Tells when a kind has come. The result takes the listener away again. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

function toKey({ group, version, kind }: GroupVersionKind): string {
  return `${group}/${version}/${kind}`;
}
