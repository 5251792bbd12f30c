import type { Logger } from '../logs/logger.ts';
import type { ProcessLike } from './process-like.ts';

/** What nobody caught: an exception, a rejected promise, or the error of a socket whose peer has gone. */
export type UncaughtKind = 'exception' | 'rejection' | 'socket-error';

/** What the guard needs. */
export interface GuardOptions {
  readonly logger: Logger;
  readonly process: ProcessLike;
  readonly onUncaught?: (kind: UncaughtKind) => void;
}

/**
 * Decides what becomes of errors that nobody caught. The result takes the handlers away again.
 *
 * Errors of a request do not come here: the error boundary answers them. What does:
 * - A rejected promise that nobody awaits. Only its own chain of functions has stopped, each at an `await`. It is logged with
 *   its stack and counted, and the server goes on, or one client who finds such a path could end it for everybody.
 * - An `error` event of a socket without a listener: the peer has gone, and nothing else was on the stack. The same.
 * - Any other exception. Synchronous code was cut off at an unknown place, so its data may be half changed. The stack is logged
 *   and the process ends with 1 at once, without a drain that would run on that data: acknowledged writes are on disk, and a
 *   supervisor starts a clean process.
 */
export function guardProcess({ logger, process: host, onUncaught }: GuardOptions): () => void {
  const onException = (error: unknown): void => {
    if (isPeerGone(error)) {
      logger.error('A socket error reached nobody; going on', { err: error });
      onUncaught?.('socket-error');
      return;
    }
    logger.error('Uncaught exception; ending, because the state may be damaged', { err: error });
    logger.flush();
    onUncaught?.('exception');
    host.exit(1);
  };
  const onRejection = (reason: unknown): void => {
    logger.error('A rejected promise was awaited by nobody; going on', { err: reason });
    onUncaught?.('rejection');
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
