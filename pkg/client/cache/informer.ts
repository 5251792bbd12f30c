import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { type Clock, systemClock } from '../../component/id/clock.ts';
import type { Logger } from '../../component/logs/logger.ts';
import { newDistributor } from './distributor.ts';
import type { EventHandler } from './event-handler.ts';
import type { ListerWatcher, ListSnapshot, ResourceEvent } from './lister-watcher.ts';
import { runReflector } from './reflector.ts';
import { type Indexers, type Lister, newStore } from './store.ts';

/** Follows a resource, keeps a copy of it and tells handlers about every change (Go: `cache.SharedIndexInformer`). */
export interface Informer<T extends KubernetesObject> {
  readonly lister: Lister<T>;
  /** A handler that comes late is told of every object that is already there. The result takes the handler away again. */
  addEventHandler(handler: EventHandler<T>): () => void;
  /** Follows until the signal is aborted, then resolves; never rejects. To be called once. */
  run(signal: AbortSignal): Promise<void>;
  /** The first list is complete, and the handlers know of all that was in it. */
  hasSynced(): boolean;
  /** Resolves when `hasSynced`; rejects with the signal's reason when that is aborted before. */
  waitForSync(signal: AbortSignal): Promise<void>;
  /** Revision up to which the copy is complete; empty before the first list. */
  lastSyncResourceVersion(): string;
}

/** What an informer needs. */
export interface InformerOptions<T extends KubernetesObject> {
  /** What is followed, for log lines: `apiservices.apiregistration.k8s.io`. */
  readonly name: string;
  readonly listerWatcher: ListerWatcher<T>;
  readonly logger: Logger;
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** Evenly distributed in [0, 1), for jitter. Default: `Math.random`. */
  readonly random?: () => number;
  readonly indexers?: Indexers<T>;
}

/** An informer that has not begun: add handlers, then `run`. */
export function newInformer<T extends KubernetesObject>(options: InformerOptions<T>): Informer<T> {
  const { clock = systemClock, random = Math.random, indexers = {} } = options;
  const logger = options.logger.child({ informer: options.name });
  const store = newStore<T>(indexers);
  const distributor = newDistributor({ store, logger });
  const synced = new AbortController();
  let resourceVersion = '';
  let running = false;

  return {
    lister: store,
    addEventHandler: (handler) => distributor.addHandler(handler),
    async run(signal) {
      if (running) throw new Error(`informer ${options.name} runs already`);
      running = true;
      const replace = (snapshot: ListSnapshot<T>): void => {
        distributor.replace(snapshot.items);
        resourceVersion = snapshot.resourceVersion;
        if (!synced.signal.aborted) synced.abort();
      };
      const apply = (event: ResourceEvent<T>): void => {
        distributor.apply(event);
        resourceVersion =
          event.type === 'BOOKMARK'
            ? event.resourceVersion
            : (event.object.metadata.resourceVersion ?? resourceVersion);
      };
      await runReflector({ listerWatcher: options.listerWatcher, clock, random, logger, replace, apply }, signal);
    },
    hasSynced: () => synced.signal.aborted,
    waitForSync: (signal) => waitForAbort(synced.signal, signal),
    lastSyncResourceVersion: () => resourceVersion,
  };
}

/** Resolves when the first signal is aborted, rejects when the second one is before that. */
function waitForAbort(event: AbortSignal, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      event.removeEventListener('abort', settle);
      signal.removeEventListener('abort', settle);
      if (event.aborted) resolve();
      else reject(signal.reason);
    };
    if (event.aborted || signal.aborted) return settle();
    event.addEventListener('abort', settle);
    signal.addEventListener('abort', settle);
  });
}
