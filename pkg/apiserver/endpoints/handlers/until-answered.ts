import type { RequestContext } from '../../request-context.ts';

/** Aborted when the client has left or been answered, because it took too long: nobody reads what is found out later. */
export function untilAnswered({ response, signal }: RequestContext): AbortSignal {
  const answered = new AbortController();
  const abort = (): void => answered.abort();
  response.once('close', abort);
  if (response.destroyed || signal.aborted) abort();
  return answered.signal;
}
