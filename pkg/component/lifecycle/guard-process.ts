import type { Logger } from '../logs/logger.ts';
import type { ProcessLike } from './process-like.ts';

/** What the guard needs. */
export interface GuardOptions {
  readonly logger: Logger;
  readonly process: ProcessLike;
  readonly onUncaught?: (kind: 'exception' | 'rejection' | 'socket-error') => void;
}

/**
 * Decides what becomes of errors that nobody caught. The result takes the handlers away again.
 *
 * Errors of a request never come here: the error boundary answers them. What does come here:
 * - A rejected promise that nobody awaits: only its own chain of functions has stopped, each at an `await`. It is logged with
 *   its stack and counted, and the server goes on, or one client who finds such a path could end it for everybody.
 * - An `error` event of a socket without a listener: the peer has gone. Nothing else was under way on the stack. Same.
 * - Any other exception: synchronous code was cut off at an unknown place, so its data may be half changed. The process logs the
 *   stack and ends with 1 at once, without a drain that would run on that data; acknowledged writes are on disk, and
 *   a supervisor starts a clean process.
 */
export function guardProcess({ logger, process: host, onUncaught }: GuardOptions): () => void {
  const onException = (error: unknown): void => {
    if (isPeerGone(error)) {
      onUncaught?.('socket-error');
      logger.error('A socket error reached nobody; going on', { err: error });
      return;
    }
    onUncaught?.('exception');
    logger.error('Uncaught exception; ending, because the state may be damaged', { err: error });
    logger.flush();
    host.exit(1);
  };
  const onRejection = (reason: unknown): void => {
    onUncaught?.('rejection');
    logger.error('A rejected promise was awaited by nobody; going on', { err: reason });
  };
  host.on('uncaughtException', onException);
  host.on('unhandledRejection', onRejection);
  return () => {
    host.off('uncaughtException', onException);
    host.off('unhandledRejection', onRejection);
  };
}

const peerGoneCodes: ReadonlySet<unknown> = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ERR_HTTP2_STREAM_ERROR',
  'ERR_HTTP2_SESSION_ERROR',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

function isPeerGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && peerGoneCodes.has(error.code);
}
