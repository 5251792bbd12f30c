import type { Logger } from '../../component/logs/logger.ts';
import type { Workqueue } from './interface.ts';

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
 * Processes the keys of a queue until the signal is aborted, then resolves; never rejects. A key is not processed twice at the
 * same time. When `sync` rejects, the error is logged and the key added again, rate-limited; when it resolves, the key's delay is
 * forgotten.
 */
export async function runWorkers<Key>(queue: Workqueue<Key>, sync: Sync<Key>, options: WorkersOptions): Promise<void> {
  const { concurrency = 1, signal } = options;
  const shutDown = (): void => queue.shutDown();
  if (signal.aborted) shutDown();
  signal.addEventListener('abort', shutDown, { once: true });
  const process = newProcessor(queue, sync, options);
  await (Number.isFinite(concurrency) ? runLoops(queue, process, options) : runUnbounded(queue, process, signal));
  signal.removeEventListener('abort', shutDown);
}

/** Processes one key to its end; never rejects. */
type Processor<Key> = (key: Key) => Promise<void>;

function newProcessor<Key>(queue: Workqueue<Key>, sync: Sync<Key>, options: WorkersOptions): Processor<Key> {
  const { signal } = options;
  const logger = options.logger.child({ queue: queue.name });
  return async (key) => {
    try {
      await sync(key, signal);
      queue.forget(key);
    } catch (error) {
      // What fails because the process ends is no news.
      if (!signal.aborted)
        logger.error('Sync failed; trying again', { key, requeues: queue.requeues(key), err: error });
      queue.addRateLimited(key);
    } finally {
      queue.done(key);
    }
  };
}

async function runLoops<Key>(queue: Workqueue<Key>, process: Processor<Key>, options: WorkersOptions): Promise<void> {
  const { concurrency = 1, signal } = options;
  const loop = async (): Promise<void> => {
    for (let key = await queue.get(signal); key !== undefined; key = await queue.get(signal)) await process(key);
  };
  await Promise.all(Array.from({ length: Math.max(1, concurrency) }, loop));
}

async function runUnbounded<Key>(queue: Workqueue<Key>, process: Processor<Key>, signal: AbortSignal): Promise<void> {
  const running = new Set<Promise<void>>();
  for (let key = await queue.get(signal); key !== undefined; key = await queue.get(signal)) {
    const work: Promise<void> = process(key).finally(() => running.delete(work));
    running.add(work);
  }
  await Promise.all(running);
}
