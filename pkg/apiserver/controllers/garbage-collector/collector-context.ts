import type { Logger } from '../../../component/logs/logger.ts';
import type { ServedStores } from '../../registry/served-stores.ts';
import type { WriteOptions } from '../../registry/store-options.ts';
import type { DependencyGraph } from './dependency-graph.ts';

/** What the steps of the garbage collector share. */
export interface CollectorContext {
  readonly graph: DependencyGraph;
  readonly stores: ServedStores;
  readonly write: WriteOptions;
  readonly logger: Logger;
  /** Asks for an object to be looked at soon. */
  readonly enqueue: (uid: string) => void;
  /** Asks for an object to be looked at when further kinds are served. */
  readonly enqueueWhenServed: (uid: string) => void;
}
