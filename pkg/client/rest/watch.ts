import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { isStatusError } from '../../apimachinery/errors/status-error.ts';
import { systemClock } from '../../component/id/clock.ts';
import type { Exchange } from './exchange.ts';
import type { RESTClient, RESTClientOptions, ResourceRef, WatchFrame, WatchRequest } from './interface.ts';
import { toCollectionPath } from './path.ts';
import { type Query, toQuery } from './query.ts';
import { readAnswer } from './read-answer.ts';
import { RESTError } from './rest-error.ts';
import { toRESTError } from './to-rest-error.ts';
import { toStatusError } from './to-status-error.ts';
import { toSubject } from './to-subject.ts';
import { watchFrames } from './watch-frames.ts';

/** A server that has not ended a watch so long after it should have is no longer there. */
const overtimeSeconds = 30;

/** The client's `watch`. */
export function newWatch(exchange: Exchange, { clock = systemClock }: RESTClientOptions): RESTClient['watch'] {
  return async function* watch<T extends KubernetesObject>(
    ref: ResourceRef,
    request: WatchRequest = {},
  ): AsyncGenerator<WatchFrame<T>> {
    const { signal, timeoutSeconds } = request;
    const path = toCollectionPath(ref) + toQuery({ ...toWatchQuery(request), ...request.query });
    const url = exchange.toURL('GET', path);
    try {
      const { body, ...head } = await exchange.stream({ method: 'GET', path, signal });
      if (head.status !== 200) throw toStatusError(await readAnswer({ ...head, body }, url), toSubject('watch', ref));
      const stop =
        timeoutSeconds === undefined
          ? undefined
          : clock.setTimeout(
              () => body.destroy(toLate(url, timeoutSeconds)),
              (timeoutSeconds + overtimeSeconds) * 1000,
            );
      const leave = (): void => void body.destroy();
      signal?.addEventListener('abort', leave);
      if (isAborted(signal)) leave();
      try {
        yield* watchFrames<T>(body as AsyncIterable<Buffer>, url);
      } finally {
        stop?.cancel();
        signal?.removeEventListener('abort', leave);
        body.destroy();
      }
    } catch (error) {
      if (isAborted(signal)) return;
      throw isStatusError(error) || error instanceof RESTError ? error : toRESTError(error, url);
    }
  };
}

function toLate(url: string, timeoutSeconds: number): RESTError {
  return new RESTError('Timeout', `${url}: the server did not end the watch after ${timeoutSeconds} s`);
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function toWatchQuery(request: WatchRequest): Query {
  const { labelSelector, fieldSelector, resourceVersion, allowWatchBookmarks, timeoutSeconds } = request;
  return { watch: true, labelSelector, fieldSelector, resourceVersion, allowWatchBookmarks, timeoutSeconds };
}
