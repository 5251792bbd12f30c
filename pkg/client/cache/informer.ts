import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { type Clock, systemClock } from '../../component/id/clock.ts';
import type { Logger } from '../../component/logs/logger.ts';
import { newDistributor } from './distributor.ts';
import type { EventHandler } from './event-handler.ts';
import { newHandlers } from './handlers.ts';
import type { ListerWatcher, ListSnapshot, ResourceEvent } from './lister-watcher.ts';
import { runReflector } from './reflector.ts';
import { type Indexers, type Lister, newStore } from './store.ts';
import { untilAborted } from './until-aborted.ts';

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
  const { listerWatcher, clock = systemClock, random = Math.random } = options;
  const logger = options.logger.child({ informer: options.name });
  const store = newStore<T>(options.indexers);
  const handlers = newHandlers<T>(logger);
  const distributor = newDistributor(store, handlers);
  let synced = false;
  let onSynced: (() => void) | undefined;
  const whenSynced = new Promise<void>((resolve) => (onSynced = resolve));
  let resourceVersion = '';
  let started = false;

  const replace = (snapshot: ListSnapshot<T>): void => {
    distributor.replace(snapshot.items);
    resourceVersion = snapshot.resourceVersion;
    synced = true;
    onSynced?.();
  };
  const apply = (event: ResourceEvent<T>): void => {
    distributor.apply(event);
    resourceVersion = (event.type === 'BOOKMARK' ? event : event.object.metadata).resourceVersion ?? resourceVersion;
  };

  return {
    lister: store,
    addEventHandler: (handler) => handlers.add(handler, store.list()),
    async run(signal) {
      if (started) throw new Error(`the informer of ${options.name} runs already`);
      started = true;
      await runReflector({ listerWatcher, clock, random, logger, replace, apply }, signal);
    },
    hasSynced: () => synced,
    waitForSync: (signal) => untilAborted(whenSynced, signal),
    lastSyncResourceVersion: () => resourceVersion,
  };
}
