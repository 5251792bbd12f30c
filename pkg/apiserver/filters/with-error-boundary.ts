import type { Logger } from '../../component/logs/logger.ts';
import { newInternalError } from '../../apimachinery/errors/constructors.ts';
import { isStatusError } from '../../apimachinery/errors/status-error.ts';
import { writeStatus } from '../endpoints/response/write-status.ts';
import type { RequestContext } from '../request-context.ts';
import type { Filter } from '../server/filter.ts';

/**
 * Answers with a `Status` whatever is thrown further in. Anything but a `StatusError` is a bug: logged with its stack,
 * answered without detail. An answer that has begun is cut, so that the client can tell.
 */
export function withErrorBoundary(logger: Logger): Filter {
  return {
    name: 'error-boundary',
    async run(context, next) {
      try {
        await next();
      } catch (error) {
        await answerError(context, error, logger);
      }
    },
  };
}

async function answerError(context: RequestContext, error: unknown, logger: Logger): Promise<void> {
  const { response, auditID, method, target } = context;
  if (!isStatusError(error)) {
    logger.error('request handler failed', { auditID, method, target, err: error });
  } else if (error.code >= 500 && error.cause !== undefined) {
    logger.warn('request failed', { auditID, method, target, err: error.cause });
  }
  if (response.destroyed || response.writableEnded) return;
  if (response.headersSent) {
    cut(context);
    return;
  }
  const status = isStatusError(error)
    ? error.status
    : newInternalError('unexpected failure; see the server log').status;
  await writeStatus(context, status);
}

/** Ends a stream that cannot be completed: reset on HTTP/2, closed connection on HTTP/1.1. */
function cut({ response }: RequestContext): void {
  if ('stream' in response) response.stream.close(2);
  else response.destroy();
}
