import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { StorageError } from '../errors.ts';

/** How the object at one key changes; `undefined` stands for no object. */
export interface Change {
  readonly key: string;
  readonly previous: KubernetesObject | undefined;
  readonly next: KubernetesObject | undefined;
}

/** Makes changes durable before anybody sees them. */
export interface Persistence {
  /**
   * Makes changes of different keys durable and answers with those that failed, by key. A change that failed has not
   * happened. No revision up to `highest` may be given out again, whatever happens. Never called twice at a time.
   */
  commit(changes: readonly Change[], highest: number): Promise<ReadonlyMap<string, StorageError>>;

  /** Releases what is held, keeping the revision that the next start begins with. */
  close(revision: number): Promise<void>;
}
