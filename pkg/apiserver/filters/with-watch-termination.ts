import { newServiceUnavailable } from '../../apimachinery/errors/constructors.ts';
import { isLongRunning } from '../endpoints/long-running.ts';
import type { Filter } from '../server/filter.ts';

/**
 * Ends watches, streams and tunnels when the server stops, and lets no new ones begin; ordinary requests run to their end. Source:
 * apiserver `WithWatchTerminationDuringShutdown`.
 */
export function withWatchTermination(shutdown: AbortSignal): Filter {
  const running = new Set<() => void>();
  shutdown.addEventListener('abort', () => running.forEach((abort) => abort()), { once: true });
  return {
    name: 'watch-termination',
    async run(context, next) {
      context.shutdown = shutdown;
      if (!isLongRunning(context)) return next();
      if (shutdown.aborted) throw newServiceUnavailable('apiserver is shutting down', 1);
      const { abort, response } = context;
      if (!response.destroyed) {
        running.add(abort);
        // Not when the handler returns: a watch or a tunnel goes on after that.
        response.once('close', () => running.delete(abort));
      }
      return next();
    },
  };
}
