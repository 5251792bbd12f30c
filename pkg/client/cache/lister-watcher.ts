import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';

/** Every object of a resource, as of one revision. */
export interface ListSnapshot<T extends KubernetesObject> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
}

/** One change, or a mark of how far the stream has come. */
export type ResourceEvent<T extends KubernetesObject> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

/** Takes the events of a watch in order; called synchronously, does not throw. */
export type ResourceEventSink<T extends KubernetesObject> = (event: ResourceEvent<T>) => void;

/**
 * The source that an informer follows: an in-process registry or a server at the other end of a connection (Go: `cache.ListerWatcher`).
 */
export interface ListerWatcher<T extends KubernetesObject> {
  /** The current objects. Rejects when they cannot be had; the informer tries again. */
  list(signal: AbortSignal): Promise<ListSnapshot<T>>;
  /**
   * Every change after `resourceVersion`, in order. Resolves when the stream has come to its end or the signal is aborted.
   * Rejects with a `StatusError`: reason `Expired` (410) makes the informer list again, every other error makes it watch again.
   */
  watch(resourceVersion: string, sink: ResourceEventSink<T>, signal: AbortSignal): Promise<void>;
}
