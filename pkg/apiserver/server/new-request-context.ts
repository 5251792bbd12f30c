import { toNonResourceInfo } from '../endpoints/request-info.ts';
import type { RawRequest, RawResponse, RequestContext, Upgrade } from '../request-context.ts';
import { anonymousUser } from '../user-info.ts';

/** What a request context is made of. */
export interface NewRequest {
  readonly request: RawRequest;
  readonly response: RawResponse;
  readonly now: number;
  readonly newID: () => string;
  readonly upgrade?: Upgrade;
}

/** A context with its signal, before any filter has looked at it: nobody's, about nothing. */
export function newRequestContext(options: NewRequest): RequestContext {
  const { request, response } = options;
  const target = toOriginForm(request.url ?? '/');
  const question = target.indexOf('?');
  const path = question < 0 ? target : target.slice(0, question);
  const method = request.method ?? 'GET';
  const given = request.headers['audit-id'];
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  response.once('close', () => {
    // An answer that was sent to its end needs no signal, and making one costs. HTTP/2 calls a stream that was reset finished too.
    if (!(response.writableEnded && response.writableFinished)) abort();
  });
  return {
    request,
    response,
    method,
    target,
    path,
    query: new URLSearchParams(question < 0 ? '' : target.slice(question + 1)),
    receivedAt: options.now,
    auditID: typeof given === 'string' && isUsableID(given) ? given : options.newID(),
    signal: controller.signal,
    abort,
    info: toNonResourceInfo({ method, path }),
    user: anonymousUser,
    warnings: [],
    ...(options.upgrade === undefined ? {} : { upgrade: options.upgrade }),
  };
}

/** Clients of a proxy send the whole address, which says no more than the `Host` line (RFC 9112, section 3.2.2). */
function toOriginForm(target: string): string {
  if (target.startsWith('/')) return target;
  const rest = target.replace(/^https?:\/\/[^/?#]*/i, '');
  return rest === '' || rest.startsWith('?') ? `/${rest}` : rest;
}

/** A client's audit id is kept, as upstream does; not one that would bloat every log line or cannot be sent back in a header. */
function isUsableID(id: string): boolean {
  return /^[!-~]{1,64}$/.test(id);
}
