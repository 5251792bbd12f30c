import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { StorageError } from '../errors.ts';
import type { ListOptions, ListResult, StorageEvent, WatchOptions, WatchSink } from '../interface.ts';
import { EventRing } from './event-ring.ts';
import { type Overrides, listPage } from './list-page.ts';
import { OrderedIndex } from './ordered-index.ts';
import type { StorageReporter } from './report.ts';
import { Watcher } from './watcher.ts';
import { WatcherSet } from './watcher-set.ts';

/** What a new published state begins with. */
export interface PublishedOptions {
  /** The revision as of which the objects are. */
  readonly revision: number;
  /** How many events the watch window holds. */
  readonly watchWindow: number;
  readonly report: StorageReporter;
}

/** What everybody may see: the objects, the latest events and the watches, all as of one revision. Changed event by event. */
export class Published {
  readonly index: OrderedIndex = new OrderedIndex();
  readonly #ring: EventRing;
  readonly #watchers = new WatcherSet();
  readonly #report: StorageReporter;
  #revision: number;

  constructor(options: PublishedOptions) {
    this.#ring = new EventRing(options.watchWindow, options.revision);
    this.#report = options.report;
    this.#revision = options.revision;
  }

  /** The revision of the latest event. */
  get revision(): number {
    return this.#revision;
  }

  /** Takes over the next event and tells the watches. */
  publish(event: StorageEvent): void {
    if (event.type === 'DELETED') this.index.delete(event.key);
    else this.index.set(event.key, event.object);
    this.#ring.push(event);
    this.#revision = event.revision;
    this.#watchers.deliver(event);
  }

  /** A page of the objects below a prefix. */
  list(prefix: string, options: ListOptions): ListResult {
    const revision = options.revision ?? this.#revision;
    this.#assertInWindow(prefix, revision);
    const overrides = revision === this.#revision ? new Map<string, never>() : this.#overridesSince(prefix, revision);
    return { ...listPage({ index: this.index, overrides, prefix }, options), revision };
  }

  /** Delivers what has happened after `options.after`, then everything that follows. */
  watch(prefix: string, sink: WatchSink, options: WatchOptions): void {
    this.#assertInWindow(prefix, options.after);
    const watcher = new Watcher(prefix, sink, { ...options, report: this.#report });
    // A sink may write: what it causes is delivered here, in order, before the watch is added.
    while (!watcher.ended && watcher.delivered < this.#revision) {
      if (watcher.delivered < this.#ring.floor) return watcher.end(this.#compacted(prefix));
      for (const event of this.#ring.after(watcher.delivered)) watcher.offer(event);
    }
    if (!watcher.ended) this.#watchers.add(watcher);
  }

  /** How many watches stand. */
  get watchCount(): number {
    return this.#watchers.size;
  }

  /** Ends every watch. */
  endWatches(detail: string): void {
    this.#watchers.end(detail);
  }

  /** What was different below a prefix at an earlier revision: the state before the first change of each key. */
  #overridesSince(prefix: string, revision: number): Overrides {
    const overrides = new Map<string, KubernetesObject | undefined>();
    for (const { key, previous } of this.#ring.after(revision)) {
      if (key.startsWith(prefix) && !overrides.has(key)) overrides.set(key, previous);
    }
    return overrides;
  }

  #assertInWindow(prefix: string, revision: number): void {
    if (revision > this.#revision) throw new StorageError('FutureRevision', prefix, { revision: this.#revision });
    if (revision < this.#ring.floor) throw this.#compacted(prefix);
  }

  #compacted(prefix: string): StorageError {
    return new StorageError('Compacted', prefix, { revision: this.#ring.floor });
  }
}
