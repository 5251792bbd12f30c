import type { RequestContext } from '../../request-context.ts';

/**
 * Aborted when there is nothing to wait for any more: the client has left, it has been answered because this took too long, or the server
 * stops.
 */
export function untilAnswered({ response, signal, shutdown }: RequestContext): AbortSignal {
  const answered = new AbortController();
  const abort = (): void => {
    shutdown?.removeEventListener('abort', abort);
    answered.abort();
  };
  response.once('close', abort);
  shutdown?.addEventListener('abort', abort);
  if (response.destroyed || signal.aborted || shutdown?.aborted === true) abort();
  return answered.signal;
}
