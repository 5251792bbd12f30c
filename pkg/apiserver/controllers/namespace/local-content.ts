import type { KubernetesObject } from '../../../../apis/meta/v1/types.ts';
import type { ResourceEvent } from '../../../client/cache/lister-watcher.ts';
import { runReflector } from '../../../client/cache/reflector.ts';
import { type Clock, systemClock } from '../../../component/id/clock.ts';
import type { Logger } from '../../../component/logs/logger.ts';
import type { Storage } from '../../../storage/interface.ts';
import type { ServedStores } from '../../registry/served-stores.ts';
import { newStorageFollower } from '../follow-storage.ts';
import { emptyResource } from './empty-resource.ts';
import { type ContentReport, joinReports, type NamespacedContent } from './namespaced-content.ts';

/** Where local content lives. */
export interface LocalContentOptions {
  readonly storage: Storage;
  /** The stores of the kinds that are served; those of cluster-scoped kinds are passed over. */
  readonly stores: ServedStores;
  readonly logger: Logger;
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** Evenly distributed in [0, 1), for jitter. Default: `Math.random`. */
  readonly random?: () => number;
}

/** The objects of this server's own kinds. */
export function newLocalContent(options: LocalContentOptions): NamespacedContent {
  const { storage, stores, logger, clock = systemClock, random = Math.random } = options;
  return {
    name: 'local',
    // As many as upstream works on.
    concurrency: 10,
    async deleteAll(namespace, signal) {
      const reports: ContentReport[] = [];
      for (const store of stores.list()) {
        if (signal.aborted || store.kind.scope === 'Cluster') continue;
        reports.push(await emptyResource(store, namespace));
      }
      return joinReports(reports);
    },
    follow(onRemoved, signal) {
      const follower = newStorageFollower(storage, {
        // What has gone while nobody watched is found out when the controller asks again.
        list: async () => ({ items: [], resourceVersion: String(await storage.revision()) }),
      });
      const apply = (event: ResourceEvent<KubernetesObject>): void => {
        if (event.type === 'DELETED') onRemoved(event.object.metadata.namespace ?? '');
      };
      return runReflector({ listerWatcher: follower, clock, random, logger, replace: () => undefined, apply }, signal);
    },
  };
}
