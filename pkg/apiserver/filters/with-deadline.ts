import { newBadRequest, newTimeout } from '../../apimachinery/errors/constructors.ts';
import { parseGoDuration } from '../../apimachinery/time/duration.ts';
import type { RequestContext } from '../request-context.ts';
import type { Filter } from '../server/filter.ts';
import { isLongRunning } from '../endpoints/long-running.ts';

/** How long an ordinary request may take, in milliseconds. */
export const defaultRequestTimeoutMs = 60_000;

/**
 * Ends ordinary requests whose answer does not begin in time with a 504. `?timeout=` shortens the time, and does not lengthen it.
 * Long-running requests (watches, streams, tunnels) have no deadline. Upstream (`WithRequestDeadline`) also cuts an answer that
 * has begun; here a long download may take as long as its bytes flow.
 */
export function withDeadline(maxMs: number = defaultRequestTimeoutMs): Filter {
  return {
    name: 'deadline',
    async run(context, next) {
      if (isLongRunning(context)) return next();
      const timeoutMs = readTimeout(context, maxMs);
      let timer: NodeJS.Timeout | undefined;
      const expired = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          if (!context.response.headersSent) reject(newTimeout('request did not complete within the allotted timeout'));
        }, timeoutMs);
      });
      try {
        return await Promise.race([next(), expired]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
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
