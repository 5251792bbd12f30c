import type { GroupVersionKind } from '../../apimachinery/schema/group-version.ts';
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

  /** One store for each resource, whatever its version: together they hold every object once. */
  list(): readonly Store[] {
    const resources = new Map([...this.#stores.values()].map((store) => [toResource(store), store]));
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

function toResource({ resource: { group, resource } }: Store): string {
  return `${group}/${resource}`;
}
