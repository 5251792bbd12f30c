import type { Dispatcher } from 'undici';
import { newInternalError } from '../../apimachinery/errors/constructors.ts';
import { isStatusError } from '../../apimachinery/errors/status-error.ts';
import type { RequestContext } from '../../apiserver/request-context.ts';
import { answerStatus } from './answer-failure.ts';
import { toAuthority, toBackendTarget } from './authority.ts';
import { isClientGone } from './client-response.ts';
import type { ConnectionPool } from './connection-pool.ts';
import { Exchange } from './exchange.ts';
import type { ExchangeTrace } from './exchange-trace.ts';
import type { Outcome, RoundTripOptions, TransportSettings } from './interface.ts';
import { toBackendHeaders } from './request-head.ts';
import type { TrustedProxies } from './trusted-proxies.ts';
import { discardUpload, hasBody, Upload } from './upload.ts';

/** What all round trips to one backend share. */
export interface Backend {
  readonly settings: TransportSettings;
  readonly pool: ConnectionPool;
  readonly trustedProxies: TrustedProxies | undefined;
}

/** Sends a request to a backend and its answer to the client. Never rejects. */
export function roundTrip(backend: Backend, context: RequestContext, options: RoundTripOptions): Promise<Outcome> {
  const { pool, settings } = backend;
  return new Promise((resolve) => {
    let request: Dispatcher.DispatchOptions;
    try {
      request = toDispatchOptions(context, backend, options.trace);
    } catch (error) {
      resolve(refuse(context, error));
      return;
    }
    const exchange = new Exchange({
      context,
      settings,
      timeoutMs: options.timeoutMs,
      trace: options.trace,
      handBack: options.handBack,
      onOver: resolve,
      ...(isRepeatable(request) ? { retry: (again) => pool.dispatch(request, again, true) } : {}),
    });
    if (!exchange.isOver) pool.dispatch(request, exchange);
  });
}

function toDispatchOptions(
  context: RequestContext,
  { settings, trustedProxies }: Backend,
  trace: ExchangeTrace | undefined,
): Dispatcher.DispatchOptions {
  const { method, target, request } = context;
  const headers = toBackendHeaders(context, { authority: toAuthority(settings), trustedProxies });
  const body = hasBody(request) ? new Upload(request, trace) : null;
  const length = request.headers['content-length'];
  if (body !== null && length !== undefined) headers.push('Content-Length', length);
  return {
    method,
    path: toBackendTarget(settings, target),
    headers,
    body,
    // A body on DELETE is usual here and no reason to close the connection. After HEAD undici closes it for good reasons.
    ...(method === 'HEAD' ? {} : { reset: false }),
  };
}

function isRepeatable({ method, body }: Dispatcher.DispatchOptions): boolean {
  return body === null && (method === 'GET' || method === 'HEAD');
}

/** Answers a request that cannot be sent on. */
function refuse(context: RequestContext, error: unknown): Outcome {
  const { response } = context;
  const { status } = isStatusError(error)
    ? error
    : newInternalError('the request cannot be sent to the backend', error);
  if (isClientGone(response) || response.headersSent) return { kind: 'client-left', status: 0 };
  answerStatus(context, status);
  discardUpload(context.request, response);
  return { kind: 'completed', status: status.code ?? 500 };
}
