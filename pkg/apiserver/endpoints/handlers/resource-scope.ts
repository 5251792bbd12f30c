import type { KubernetesObject } from '../../../../apis/meta/v1/types.ts';
import type { KindDefinition } from '../../../apimachinery/schema/kind-definition.ts';
import type { Clock } from '../../../component/id/clock.ts';
import type { Logger } from '../../../component/logs/logger.ts';
import type { TakeTurns } from '../../turns.ts';
import type { SharedFrames } from '../response/shared-frames.ts';
import type { Store } from '../../registry/store.ts';

/** What of a store the handlers of single objects use; a subresource may have something of its own in its place. */
export type ObjectStore<T extends KubernetesObject = KubernetesObject> = Pick<
  Store<T>,
  'create' | 'get' | 'storage' | 'update'
> &
  // Not what is a mere view of another object, such as a scale.
  Partial<Pick<Store<T>, 'apply'>>;

/** What the handlers of single objects share. */
export interface ObjectScope<T extends KubernetesObject = KubernetesObject> {
  /** What clients read and write. */
  readonly kind: KindDefinition<T>;
  readonly store: ObjectStore<T>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What the verb handlers of one resource share (Go: `handlers.RequestScope`). */
export interface ResourceScope<T extends KubernetesObject = KubernetesObject> extends ObjectScope<T> {
  readonly store: Store<T>;
  readonly clock: Clock;
  /** Evenly distributed in [0, 1), so that watches do not all end at once. */
  readonly random: () => number;
  readonly logger: Logger;
  /** Shares the thread among all who make long answers. */
  readonly takeTurns: TakeTurns;
  /** The bytes of the latest event, for all who watch this resource. */
  readonly frames: SharedFrames;
  /** Counts a frame that was sent to a watcher, by its length. */
  readonly countFrame: (bytes: number) => void;
}
