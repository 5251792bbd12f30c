import type { KubernetesObject } from '../../../../apis/meta/v1/types.ts';
import type { KindDefinition } from '../../../apimachinery/schema/kind-definition.ts';
import type { Store } from '../../registry/store.ts';

/** What the verb handlers of one resource share (Go: `handlers.RequestScope`). */
export interface ResourceScope<T extends KubernetesObject = KubernetesObject> {
  readonly kind: KindDefinition<T>;
  readonly store: Store<T>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Evenly distributed in [0, 1), so that watches do not all end at once. */
  readonly random: () => number;
}
