import { StorageError } from '../errors.ts';
import type { StorageEvent } from '../interface.ts';
import type { Watcher } from './watcher.ts';

/** The watches that stand, by prefix: an event is offered only to watches of the folders above its key. */
export class WatcherSet {
  /** Each watch with what takes back its listener for abortion. */
  readonly #byPrefix = new Map<string, Map<Watcher, () => void>>();

  /** Adds a watch; it is removed when it is aborted. */
  add(watcher: Watcher): void {
    const siblings = this.#byPrefix.get(watcher.prefix) ?? new Map<Watcher, () => void>();
    this.#byPrefix.set(watcher.prefix, siblings);
    siblings.set(
      watcher,
      watcher.onAbort(() => this.#remove(watcher)),
    );
  }

  /** How many watches stand. */
  get size(): number {
    let size = 0;
    for (const watchers of this.#byPrefix.values()) size += watchers.size;
    return size;
  }

  /** Offers an event to every watch that it concerns. */
  deliver(event: StorageEvent): void {
    if (this.#byPrefix.size === 0) return;
    for (let end = 0; end !== -1; end = event.key.indexOf('/', end)) {
      if (end > 0) end++;
      for (const watcher of this.#byPrefix.get(event.key.slice(0, end))?.keys() ?? []) {
        watcher.offer(event);
        if (watcher.ended) this.#remove(watcher);
      }
    }
  }

  /** Ends every watch. */
  end(detail: string): void {
    for (const watchers of this.#byPrefix.values()) {
      for (const watcher of watchers.keys()) {
        this.#remove(watcher);
        watcher.end(new StorageError('Unreachable', watcher.prefix, { detail }));
      }
    }
  }

  #remove(watcher: Watcher): void {
    const siblings = this.#byPrefix.get(watcher.prefix);
    siblings?.get(watcher)?.();
    siblings?.delete(watcher);
    if (siblings?.size === 0) this.#byPrefix.delete(watcher.prefix);
  }
}
