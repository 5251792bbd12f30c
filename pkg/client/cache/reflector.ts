import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { hasReason, isStatusError } from '../../apimachinery/errors/status-error.ts';
import type { Clock } from '../../component/id/clock.ts';
import { sleep } from '../../component/id/sleep.ts';
import type { Logger } from '../../component/logs/logger.ts';
import { newBackoff } from './backoff.ts';
import type { ListerWatcher, ListSnapshot, ResourceEvent } from './lister-watcher.ts';

/** What a reflector needs. */
export interface ReflectorOptions<T extends KubernetesObject> {
  readonly listerWatcher: ListerWatcher<T>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** Takes each complete list. */
  replace(snapshot: ListSnapshot<T>): void;
  /** Takes each event in order. */
  apply(event: ResourceEvent<T>): void;
}

/** A watch that ends sooner than this without an event counts as failed, or a broken server would be asked without pause. */
const shortestWatchMs = 1000;

/** Lists, watches, and starts over as needed until the signal is aborted; never rejects (Go: `cache.Reflector`). */
export async function runReflector<T extends KubernetesObject>(
  options: ReflectorOptions<T>,
  signal: AbortSignal,
): Promise<void> {
  const { listerWatcher, clock, logger } = options;
  const backoff = newBackoff({ baseDelayMs: 800, maxDelayMs: 30_000, jitter: 1, random: options.random });
  let position: string | undefined;
  let expiredInARow = 0;

  const list = async (): Promise<string> => {
    const snapshot = await untilAborted(listerWatcher.list(signal), signal);
    if (!signal.aborted) options.replace(snapshot);
    return snapshot.resourceVersion;
  };
  /** Follows one watch to its end. */
  const watch = async (from: string): Promise<void> => {
    const startedAt = clock.monotonic();
    let open = true;
    let events = 0;
    const sink = (event: ResourceEvent<T>): void => {
      // A source that delivers after its end must not mix into the next watch.
      if (!open || signal.aborted) return;
      events++;
      options.apply(event);
      position =
        event.type === 'BOOKMARK' ? event.resourceVersion : (event.object.metadata.resourceVersion ?? position);
    };
    const lasted = (): boolean => events > 0 || clock.monotonic() - startedAt >= shortestWatchMs;
    try {
      await untilAborted(listerWatcher.watch(from, sink, signal), signal);
      if (!lasted() && !signal.aborted)
        throw new Error('very short watch: it ended in less than a second without an event');
    } finally {
      open = false;
      if (lasted()) {
        backoff.reset();
        expiredInARow = 0;
      }
    }
  };

  while (!signal.aborted) {
    try {
      position ??= await list();
      await watch(position);
    } catch (error) {
      if (signal.aborted) return;
      const expired = isExpired(error);
      // Listing again at once is right when the window has moved on; a server that says so each time must not be flooded.
      const delayMs = expired && expiredInARow++ === 0 ? 0 : backoff.next();
      if (expired) logger.debug(2, 'Watch expired; listing again', { err: error });
      else logger.warn('Cannot follow; trying again', { err: error, retryInMs: Math.round(delayMs) });
      if (mustListAgain(error)) position = undefined;
      if (delayMs > 0) await sleep(clock, delayMs, signal);
    }
  }
}

/** The revision is too old for the server, or lies in its future, as after a restore. */
function isExpired(error: unknown): boolean {
  return (
    hasReason(error, 'Expired') ||
    hasReason(error, 'Gone') ||
    (isStatusError(error) && error.code === 410) ||
    isTooLarge(error)
  );
}

function isTooLarge(error: unknown): boolean {
  if (!isStatusError(error)) return false;
  const causes = error.status.details?.causes ?? [];
  return causes.some((cause) => cause.reason === 'ResourceVersionTooLarge');
}

/** A connection that broke, and a server that is busy, are asked again from where the stream stopped; other refusals concern the stream. */
function mustListAgain(error: unknown): boolean {
  if (isExpired(error)) return true;
  return isStatusError(error) && error.code !== 429 && error.code !== 503;
}

/** The promise, or a rejection as soon as the signal is aborted: a source that does not heed the signal cannot hold the informer. */
function untilAborted<V>(promise: Promise<V>, signal: AbortSignal): Promise<V> {
  return new Promise((resolve, reject) => {
    const abort = (): void =>
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason }));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
