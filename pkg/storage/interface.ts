import type { KubernetesObject } from '../../apis/meta/v1/types.ts';
import type { StorageError } from './errors.ts';

/**
 * Where objects live (Go: `storage.Interface`).
 *
 * Keys are `<group>/<plural>/[<namespace>/]<name>`, the core group written as `core`; namespace and name are those in the
 * metadata of the object. A prefix ends in `/`. Keys are ordered by their bytes, segment by segment. Anything else is a mistake
 * of the caller and answered with a `TypeError`.
 *
 * One counter, the revision, grows with each write to the storage as a whole: by one, or by more after a failed write or a
 * restart. It starts at 1, survives restarts and never goes back. Each object carries the revision of its last write as
 * `metadata.resourceVersion`, set by the storage.
 *
 * Objects that come out are shared and frozen: clone before changing. Objects that go in are taken over and frozen.
 * A write that was answered is durable as the driver promises, and every later read and watch sees it.
 */
export interface Storage {
  /** The object at a key, or `undefined`. */
  get(key: string): Promise<KubernetesObject | undefined>;

  /** Objects below a prefix in key order, all as of one revision. Throws `Compacted` or `FutureRevision`. */
  list(prefix: string, options?: ListOptions): Promise<ListResult>;

  /** Stores a new object. Throws `KeyExists`. */
  create(key: string, object: KubernetesObject): Promise<KubernetesObject>;

  /**
   * Reads, calls `update`, and writes its result unless somebody else wrote in between, in which case it starts over.
   * `update` may be called several times; it may throw to give up. Returning the object it was given, or one that serialises
   * equally (whatever its resourceVersion), writes nothing and answers with what is stored. Throws `KeyNotFound` when there is
   * nothing at the key.
   */
  guaranteedUpdate(key: string, update: UpdateFunction): Promise<KubernetesObject>;

  /**
   * Removes the object, after `check` has accepted what is stored; starts over when somebody else writes in between.
   * Answers with the last state, carrying the revision of the deletion. Throws `KeyNotFound`.
   */
  delete(key: string, check?: (current: KubernetesObject) => void | Promise<void>): Promise<KubernetesObject>;

  /**
   * Every change below a prefix after `options.after`, once each, in order, until the signal is aborted. The sink is called
   * synchronously and must not block. Throws `Compacted` or `FutureRevision`. Resolves when the watch stands: every write that
   * is acknowledged later reaches the sink.
   */
  watch(prefix: string, sink: WatchSink, options: WatchOptions): Promise<void>;

  /** Revision of the latest write. */
  revision(): Promise<number>;

  /** Ends every watch, finishes writes under way and releases what the driver holds. */
  close(): Promise<void>;
}

/** Makes the new state from the stored one. */
export type UpdateFunction = (current: KubernetesObject) => KubernetesObject | Promise<KubernetesObject>;

/** What to list. */
export interface ListOptions {
  /** Exactly as of this revision. Default: the latest. */
  readonly revision?: number;
  /** Start after this key (which need not exist). */
  readonly after?: string;
  /** At most this many objects. Default, and 0: all. */
  readonly limit?: number;
  /** Keep only objects that match. The limit counts objects that match. */
  readonly match?: (object: KubernetesObject) => boolean;
}

/** A page of objects. */
export interface ListResult {
  readonly items: readonly KubernetesObject[];
  /** The revision at which all of them stood. */
  readonly revision: number;
  /** Key of the last item, when more objects follow. */
  readonly lastKey?: string;
  /** How many objects follow, when that is known without reading them: never with `match`. */
  readonly remaining?: number;
}

/** From where to watch. */
export interface WatchOptions {
  /** Events with a greater revision than this one are delivered. */
  readonly after: number;
  readonly signal: AbortSignal;
}

/** One change. */
export interface StorageEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly key: string;
  readonly revision: number;
  /** The new state; for `DELETED` the last one, carrying the revision of the deletion. */
  readonly object: KubernetesObject;
  /** The state before; absent for `ADDED`. */
  readonly previous?: KubernetesObject;
}

/** Where a watch delivers. */
export interface WatchSink {
  event(event: StorageEvent): void;
  /** The watch ended by itself: the storage was closed or lost its window. Nothing follows. */
  end(error: StorageError): void;
}
