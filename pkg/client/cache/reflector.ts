import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { Clock } from '../../component/id/clock.ts';
import { sleep } from '../../component/id/sleep.ts';
import type { Logger } from '../../component/logs/logger.ts';
import { type Backoff, newBackoff } from './backoff.ts';
import { isExpired, mustListAgain } from './follow-error.ts';
import type { ListerWatcher, ListSnapshot, ResourceEvent } from './lister-watcher.ts';
import { untilAborted } from './until-aborted.ts';

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

/** A watch that lived as long as this was a good one, even if it never had anything to say before it broke. */
const goodWatchMs = 30_000;

/** Lists, watches, and starts over as needed until the signal is aborted; never rejects (Go: `cache.Reflector`). */
export async function runReflector<T extends KubernetesObject>(
  options: ReflectorOptions<T>,
  signal: AbortSignal,
): Promise<void> {
  const backoff = newBackoff({ baseDelayMs: 800, maxDelayMs: 30_000, jitter: 1, random: options.random });
  const progress: Progress = { resourceVersion: undefined, expiredInARow: 0, backoff };
  while (!signal.aborted) {
    try {
      progress.resourceVersion ??= await list(options, signal);
      await watch(options, progress, signal);
    } catch (error) {
      if (signal.aborted) return;
      await recover(error, { ...options, progress, signal });
    }
  }
}

/** How far the stream has come, and how it goes. */
interface Progress {
  /** Undefined when only a list can tell. */
  resourceVersion: string | undefined;
  expiredInARow: number;
  readonly backoff: Backoff;
}

async function list<T extends KubernetesObject>(options: ReflectorOptions<T>, signal: AbortSignal): Promise<string> {
  const snapshot = await untilAborted(options.listerWatcher.list(signal), signal);
  options.replace(snapshot);
  return snapshot.resourceVersion;
}

/** Follows one watch to its end. Throws when that was too short to be one. */
async function watch<T extends KubernetesObject>(
  options: ReflectorOptions<T>,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const { clock, listerWatcher } = options;
  const startedAt = clock.monotonic();
  let open = true;
  let events = 0;
  const sink = (event: ResourceEvent<T>): void => {
    // What a source delivers after the end of its watch must not mix into the next one.
    if (!open || signal.aborted) return;
    events++;
    options.apply(event);
    const reached = event.type === 'BOOKMARK' ? event.resourceVersion : event.object.metadata.resourceVersion;
    if (reached !== undefined && reached !== '') progress.resourceVersion = reached;
  };
  const lasted = (ms: number): boolean => events > 0 || clock.monotonic() - startedAt >= ms;
  try {
    await untilAborted(listerWatcher.watch(progress.resourceVersion ?? '', sink, signal), signal);
    if (!lasted(shortestWatchMs)) throw new Error('very short watch: it ended within a second and without an event');
    progress.backoff.reset();
  } finally {
    open = false;
    if (lasted(goodWatchMs)) {
      progress.backoff.reset();
      progress.expiredInARow = 0;
    }
  }
}

interface Recovery {
  readonly progress: Progress;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Waits as long as the error asks for, and decides from where to go on. */
async function recover(error: unknown, { progress, clock, logger, signal }: Recovery): Promise<void> {
  if (mustListAgain(error)) progress.resourceVersion = undefined;
  // When the window has moved on, listing again at once is right. A server that says so each time must not be flooded.
  if (isExpired(error) && progress.expiredInARow++ === 0) {
    logger.debug(2, 'The watch expired; listing again', { err: error });
    return;
  }
  const delayMs = Math.round(progress.backoff.next());
  logger.warn('Cannot list or watch; trying again', { err: error, retryInMs: delayMs });
  await sleep(clock, delayMs, signal);
}
