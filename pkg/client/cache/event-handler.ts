import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';

/**
 * What to do when objects come, change and go (Go: `cache.ResourceEventHandler`). Called synchronously, in order, after the
 * store shows the new state; usually it adds a key to a workqueue. What it throws is logged and stops nobody else.
 */
export interface EventHandler<T extends KubernetesObject> {
  /** `initial` is true for objects that were there when the informer first listed, or when the handler was added. */
  add?(object: T, initial: boolean): void;
  update?(previous: T, current: T): void;
  /** The last state that is known. When the deletion was seen only by listing again, that may be older than the deletion. */
  delete?(object: T): void;
}
