import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';

/** How the deletion of a kind differs from the generic one (Go: `rest.GracefulDeleter` of the kind). Pure. */
export interface DeletionStrategy<T extends KubernetesObject = KubernetesObject> {
  /** Whether something beside `metadata.finalizers` holds the object: a delete then marks it and does not remove it. */
  isHeld(object: T): boolean;
  /** Says in the kind's own members that the object is terminating. `draft` carries `deletionTimestamp` already. */
  markTerminating(draft: T): void;
}
