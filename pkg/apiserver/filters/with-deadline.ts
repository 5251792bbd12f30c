import { constants } from 'node:http2';
import { newBadRequest, newTimeout } from '../../apimachinery/errors/constructors.ts';
import { parseGoDuration } from '../../apimachinery/time/duration.ts';
import type { Clock, Timer } from '../../component/id/clock.ts';
import type { RequestMetrics } from '../../component/metrics/interface.ts';
import { toRequestLabels } from '../../component/metrics/request-labels.ts';
import type { RequestContext } from '../request-context.ts';
import type { Filter } from '../server/filter.ts';
import { isLongRunning } from '../endpoints/long-running.ts';

/** How long an ordinary request may take, in milliseconds. */
export const defaultRequestTimeoutMs = 60_000;

/** What the deadline goes by. */
export interface DeadlineOptions {
  readonly clock: Clock;
  readonly metrics: Pick<RequestMetrics, 'terminated'>;
  /** Milliseconds; default a minute. */
  readonly maxMs?: number;
}

/**
 * Ends ordinary requests whose answer does not begin in time with a 504. `?timeout=` shortens the time, and does not lengthen it.
 * Long-running requests (watches, streams, tunnels) have no deadline. Upstream (`WithRequestDeadline`) also cuts an answer that
 * has begun; here a long download may take as long as its bytes flow.
 */
export function withDeadline({ clock, metrics, maxMs = defaultRequestTimeoutMs }: DeadlineOptions): Filter {
  return {
    name: 'deadline',
    async run(context, next) {
      if (isLongRunning(context)) return next();
      const timeoutMs = readTimeout(context, maxMs);
      let timer: Timer | undefined;
      const expired = new Promise<never>((_, reject) => {
        timer = clock.setTimeout(() => {
          if (context.response.headersSent) return;
          metrics.terminated(toRequestLabels(context), 504);
          forgetBody(context);
          reject(newTimeout('request did not complete within the allotted timeout'));
        }, timeoutMs);
      });
      const stop = (): void => timer?.cancel();
      // Who has left waits for nothing; a server that stops does not wait for the time of theirs to be up.
      context.response.once('close', stop);
      try {
        return await Promise.race([next(), expired]);
      } finally {
        stop();
      }
    },
  };
}

/** A body that is still on its way is not waited for: the connection, or the stream of an HTTP/2 one, ends with the answer. */
function forgetBody({ request, response }: RequestContext): void {
  if (request.complete) return;
  if ('shouldKeepAlive' in response) response.shouldKeepAlive = false;
  else response.stream.once('finish', () => response.stream.close(constants.NGHTTP2_NO_ERROR));
}

function readTimeout({ query }: RequestContext, maxMs: number): number {
  const text = query.get('timeout') ?? '';
  if (text === '') return maxMs;
  try {
    const asked = parseGoDuration(text);
    return asked <= 0 ? maxMs : Math.min(asked, maxMs);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw newBadRequest(`invalid timeout specified in the request URL - ${why}`);
  }
}
