import { newServiceUnavailable } from '../../apimachinery/errors/constructors.ts';
import { isLongRunning } from '../endpoints/long-running.ts';
import type { Filter } from '../server/filter.ts';

/**
 * Ends watches, streams and tunnels when the server stops, and lets no new ones begin; ordinary requests run to their end. Source:
 * apiserver `WithWatchTerminationDuringShutdown`.
 */
export function withWatchTermination(shutdown: AbortSignal): Filter {
  return {
    name: 'watch-termination',
    async run(context, next) {
      if (!isLongRunning(context)) return next();
      if (shutdown.aborted) throw newServiceUnavailable('apiserver is shutting down', 1);
      shutdown.addEventListener('abort', context.abort, { once: true });
      try {
        return await next();
      } finally {
        shutdown.removeEventListener('abort', context.abort);
      }
    },
  };
}
