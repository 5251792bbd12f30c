import { isLongRunning } from '../endpoints/long-running.ts';
import type { Filter } from '../server/filter.ts';

/**
 * Ends watches, streams and tunnels when the server stops; ordinary requests run to their end. Source: apiserver
 * `WithWatchTerminationDuringShutdown`.
 */
export function withWatchTermination(shutdown: AbortSignal): Filter {
  return {
    name: 'watch-termination',
    async run(context, next) {
      if (!isLongRunning(context)) return next();
      if (shutdown.aborted) context.abort();
      shutdown.addEventListener('abort', context.abort, { once: true });
      try {
        return await next();
      } finally {
        shutdown.removeEventListener('abort', context.abort);
      }
    },
  };
}
