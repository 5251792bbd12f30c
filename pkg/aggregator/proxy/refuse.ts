import { newInternalError } from '../../apimachinery/errors/constructors.ts';
import { isStatusError } from '../../apimachinery/errors/status-error.ts';
import type { RequestContext } from '../../apiserver/request-context.ts';
import { answerStatus } from './answer-failure.ts';
import { isClientGone } from './client-response.ts';
import type { Outcome } from './interface.ts';
import { discardUpload } from './upload.ts';

/** Answers a request that is not sent to the backend, with a `StatusError` as it is and with 500 for anything else. */
export function refuse(context: RequestContext, error: unknown): Outcome {
  const { response } = context;
  const { status } = isStatusError(error)
    ? error
    : newInternalError('the request cannot be sent to the backend', error);
  if (isClientGone(response) || response.headersSent) return { kind: 'client-left', status: 0 };
  answerStatus(context, status);
  discardUpload(context.request, response);
  return { kind: 'completed', status: status.code ?? 500 };
}
