import { hasReason } from '../../apimachinery/errors/status-error.ts';
import type { RequestContext } from '../../apiserver/request-context.ts';
import { toAuthority, toBackendTarget } from './authority.ts';
import type { BackendRequest } from './carrier.ts';
import { cutResponse } from './client-response.ts';
import type { ConnectionPool } from './connection-pool.ts';
import { Exchange } from './exchange.ts';
import type { ExchangeTrace } from './exchange-trace.ts';
import type { Outcome, RoundTripOptions, TransportSettings } from './interface.ts';
import { toBackendHeaders } from './request-head.ts';
import type { MalformedConnections } from './malformed-connections.ts';
import { refuse } from './refuse.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { TrustedProxies } from './trusted-proxies.ts';
import { hasBody, Upload } from './upload.ts';

/** What all round trips to one backend share. */
export interface Backend {
  readonly settings: TransportSettings;
  readonly pool: ConnectionPool;
  readonly budget: RetryBudget;
  readonly malformed: MalformedConnections;
  readonly trustedProxies: TrustedProxies | undefined;
}

/** Sends a request to a backend and its answer to the client. Never rejects. */
export function roundTrip(backend: Backend, context: RequestContext, options: RoundTripOptions): Promise<Outcome> {
  const { pool, settings, budget } = backend;
  budget.earn();
  if (backend.malformed.isClosed(context)) {
    cutResponse(context.response);
    return Promise.resolve({ kind: 'client-left', status: 0 });
  }
  return new Promise((resolve) => {
    let request: BackendRequest;
    try {
      request = toDispatchOptions(context, backend, options.trace);
    } catch (error) {
      // What is malformed may go on in ways that others read differently: nothing more is read there (RFC 9112 11.2).
      if (hasReason(error, 'BadRequest')) backend.malformed.close(context);
      resolve(refuse(context, error));
      return;
    }
    const exchange = new Exchange({
      context,
      settings,
      timeoutMs: options.timeoutMs,
      trace: options.trace,
      handBack: options.handBack,
      budget,
      repeatable: isRepeatable(request),
      onOver: resolve,
      retry: (again, fresh) => {
        const body = request.body === null ? null : new Upload(context.request, options.trace);
        pool.dispatch({ ...request, body }, again, fresh);
      },
    });
    if (!exchange.isOver) pool.dispatch(request, exchange);
  });
}

function toDispatchOptions(
  context: RequestContext,
  { settings, trustedProxies }: Backend,
  trace: ExchangeTrace | undefined,
): BackendRequest {
  const { method, target, request } = context;
  const headers = toBackendHeaders(context, { authority: toAuthority(settings), trustedProxies });
  const body = hasBody(request) ? new Upload(request, trace) : null;
  const length = request.headers['content-length'];
  if (body !== null && length !== undefined) headers.push('Content-Length', length);
  if (body !== null && body.announced.length > 0) headers.push('Trailer', body.announced.join(', '));
  return {
    method,
    path: toBackendTarget(settings, target),
    headers,
    body,
    // A body on DELETE is usual here and no reason to close the connection. After HEAD undici closes it for good reasons.
    ...(method === 'HEAD' ? {} : { reset: false }),
  };
}

function isRepeatable({ method, body }: BackendRequest): boolean {
  return body === null && (method === 'GET' || method === 'HEAD');
}
