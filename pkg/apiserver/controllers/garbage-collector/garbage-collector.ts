import { runReflector } from '../../../client/cache/reflector.ts';
import { runWorkers } from '../../../client/workqueue/run-workers.ts';
import { newWorkqueue } from '../../../client/workqueue/workqueue.ts';
import { type Clock, systemClock } from '../../../component/id/clock.ts';
import type { Logger } from '../../../component/logs/logger.ts';
import type { Storage } from '../../../storage/interface.ts';
import type { ServedStores } from '../../registry/served-stores.ts';
import { type Controller, newControllerWrite } from '../controller.ts';
import { newStorageFollower } from '../follow-storage.ts';
import { newGate } from '../gate.ts';
import { newTurns } from '../../turns.ts';
import { collect } from './collect.ts';
import { DependencyGraph } from './dependency-graph.ts';

/** What a garbage collector works on. */
export interface GarbageCollectorOptions {
  /** Where the objects of all kinds live; followed as a whole. */
  readonly storage: Storage;
  /** The stores of the kinds that are served: of an `APIServer` that was told that a collector runs. */
  readonly stores: ServedStores;
  readonly logger: Logger;
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** Evenly distributed in [0, 1), for jitter. Default: `Math.random`. */
  readonly random?: () => number;
}

const name = 'generic-garbage-collector';

/** How many objects are looked at at a time, as upstream has it. */
const concurrency = 20;

/**
 * Deletes objects whose last owner is gone, and finishes deletions in the foreground and such that orphan dependents, as
 * `metadata.ownerReferences` and `propagationPolicy` ask for. Owners of kinds that are not served here are taken to be there.
 */
export function newGarbageCollector(options: GarbageCollectorOptions): Controller {
  const { storage, stores, clock = systemClock, random = Math.random } = options;
  const logger = options.logger.child({ controller: name });
  const graph = new DependencyGraph();
  const queue = newWorkqueue({ name, clock });
  const unserved = new Set<string>();
  // What is concluded from the graph must not be concluded from an old one.
  const gate = newGate();
  const takeTurns = newTurns();
  const enqueueAll = (uids: Iterable<string>): void => {
    for (const uid of uids) queue.add(uid);
  };
  const context = {
    graph,
    stores,
    write: newControllerWrite(name),
    logger,
    enqueue: (uid: string) => queue.add(uid),
    enqueueWhenServed: (uid: string) => void unserved.add(uid),
  };
  const follower = newStorageFollower(storage, {
    async list() {
      const { items, revision } = await storage.list('');
      return { items, resourceVersion: String(revision) };
    },
    onCaughtUp: () => gate.open(),
    onLost: () => gate.close(),
  });
  return {
    name,
    queues: [queue],
    hasSynced: () => gate.opened,
    async run(signal) {
      const unsubscribe = stores.onChange(() => {
        enqueueAll(unserved);
        unserved.clear();
      });
      const sync = async (uid: string): Promise<void> => {
        await gate.pass(signal);
        await takeTurns();
        await collect(context, uid);
      };
      await Promise.all([
        runReflector(
          {
            listerWatcher: follower,
            clock,
            random,
            logger,
            replace: ({ items }) => enqueueAll(graph.replace(items)),
            apply(event) {
              if (event.type === 'BOOKMARK') return;
              enqueueAll(event.type === 'DELETED' ? graph.delete(event.object) : graph.put(event.object));
            },
          },
          signal,
        ),
        runWorkers(queue, sync, { concurrency, signal, logger }),
      ]);
      unsubscribe();
    },
  };
}
