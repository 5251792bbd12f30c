import type { Logger } from '../../component/logs/logger.ts';
import type { Workqueue } from './interface.ts';
import { newSlots } from './slots.ts';

/** Brings the world into the state that the object with this key asks for. Rejecting means: try again later. */
export type Sync<Key = string> = (key: Key, signal: AbortSignal) => Promise<void>;

/** How a queue is worked on. */
export interface WorkersOptions {
  /** How many keys at the same time; `Infinity` when no key may ever wait for another. Default 1. */
  readonly concurrency?: number;
  /** Ends the work: shuts the queue down, waits for the keys under way and leaves the others. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/**
 * Processes the keys of a queue until the signal is aborted or the queue shut down, then resolves; never rejects. A key is not
 * processed twice at the same time. When `sync` rejects, the error is logged and the key added again, rate-limited; when it
 * resolves, the key's delay starts over.
 */
export async function runWorkers<Key>(queue: Workqueue<Key>, sync: Sync<Key>, options: WorkersOptions): Promise<void> {
  const { signal, concurrency = 1 } = options;
  const shutDown = (): void => queue.shutDown();
  if (signal.aborted) shutDown();
  signal.addEventListener('abort', shutDown, { once: true });
  const process = newProcessor(queue, sync, options);
  const slots = newSlots(concurrency);
  const work = async (key: Key): Promise<void> => {
    await process(key);
    slots.free();
  };
  for (;;) {
    await slots.take();
    const key = await queue.get(signal);
    if (key === undefined) break;
    void work(key);
  }
  slots.free();
  await slots.allFree();
  signal.removeEventListener('abort', shutDown);
}

/** Processes one key to its end; never rejects. */
function newProcessor<Key>(
  queue: Workqueue<Key>,
  sync: Sync<Key>,
  options: WorkersOptions,
): (key: Key) => Promise<void> {
  const { signal } = options;
  const logger = options.logger.child({ queue: queue.name });
  return async (key) => {
    try {
      await sync(key, signal);
      queue.forget(key);
    } catch (error) {
      // What fails because everything ends is no news.
      if (!signal.aborted)
        logger.error('Sync failed; trying again', { key, requeues: queue.requeues(key), err: error });
      queue.addRateLimited(key);
    } finally {
      queue.done(key);
    }
  };
}
