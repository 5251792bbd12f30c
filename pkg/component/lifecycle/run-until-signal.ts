import type { Logger } from '../logs/logger.ts';
import { guardProcess, type UncaughtKind } from './guard-process.ts';
import { type ProcessLike, type TerminationSignal, toExitCode } from './process-like.ts';
import { StartError } from './start-error.ts';

/** What the run needs. */
export interface RunOptions {
  readonly logger: Logger;
  /** Default: the process itself. */
  readonly process?: ProcessLike;
  /** Counts what nobody caught, for metrics. */
  readonly onUncaught?: (kind: UncaughtKind) => void;
}

/** The work of a process. Its signal is aborted when the process is asked to end; it then ends gracefully and resolves. */
export type Run = (signal: AbortSignal) => Promise<void>;

/**
 * Runs until the work is done or SIGTERM or SIGINT asks for its end, and answers with the exit code: 0 when the work ended by
 * itself or gracefully after a signal, 1 when it failed. A second signal ends the process at once with 128 and the signal's number
 * (130 for SIGINT, 143 for SIGTERM), as a shell reports a process that the signal killed: nothing was finished. The only owner
 * of process signals and of the handlers for what nobody caught.
 */
export async function runUntilSignal(run: Run, options: RunOptions): Promise<number> {
  const { logger, onUncaught } = options;
  const host: ProcessLike = options.process ?? process;
  const stopping = new AbortController();
  const onSignal = (name: TerminationSignal): void => {
    if (stopping.signal.aborted) {
      logger.warn('Second signal; ending at once', { signal: name });
      logger.flush();
      host.exit(toExitCode(name));
      return;
    }
    logger.info('Shutting down; a second signal ends the process at once', { signal: name });
    stopping.abort(new Error(`received ${name}`));
  };
  const releaseGuard = guardProcess({ logger, process: host, ...(onUncaught === undefined ? {} : { onUncaught }) });
  host.on('SIGTERM', onSignal);
  host.on('SIGINT', onSignal);
  try {
    await run(stopping.signal);
    return 0;
  } catch (error) {
    // Work that had not begun to serve may end by throwing what it was aborted with.
    if (stopping.signal.aborted && error === stopping.signal.reason) return 0;
    // What the user can mend needs no stack.
    if (error instanceof StartError) logger.error(error.message);
    else logger.error('Ended with an error', { err: error });
    return 1;
  } finally {
    host.off('SIGTERM', onSignal);
    host.off('SIGINT', onSignal);
    releaseGuard();
    logger.flush();
  }
}
