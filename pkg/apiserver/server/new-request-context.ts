import { toNonResourceInfo } from '../endpoints/request-info.ts';
import type { RequestInfo } from '../endpoints/request-info.ts';
import type { RawRequest, RawResponse, RequestContext, Upgrade } from '../request-context.ts';
import { anonymousUser, type UserInfo } from '../user-info.ts';

/** What a request context is made of. */
export interface NewRequest {
  readonly request: RawRequest;
  readonly response: RawResponse;
  readonly now: number;
  readonly newID: () => string;
  readonly upgrade?: Upgrade;
}

/** A context that no filter has looked at yet: nobody's, about nothing. */
export function newRequestContext(options: NewRequest): RequestContext {
  return new Context(options);
}

/** A class, because there is one for each watch, and a getter on each object would double its size. */
class Context implements RequestContext {
  readonly request: RawRequest;
  readonly response: RawResponse;
  readonly method: string;
  readonly target: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly receivedAt: number;
  readonly auditID: string;
  readonly warnings: string[] = [];
  readonly upgrade?: Upgrade;
  info: RequestInfo;
  user: UserInfo = anonymousUser;
  #controller: AbortController | undefined;
  #isAborted = false;

  constructor({ request, response, now, newID, upgrade }: NewRequest) {
    this.request = request;
    this.response = response;
    this.method = request.method ?? 'GET';
    this.target = toOriginForm(request.url ?? '/');
    const question = this.target.indexOf('?');
    this.path = question < 0 ? this.target : this.target.slice(0, question);
    this.query = new URLSearchParams(question < 0 ? '' : this.target.slice(question + 1));
    this.receivedAt = now;
    const given = request.headers['audit-id'];
    this.auditID = typeof given === 'string' && isUsableID(given) ? given : newID();
    this.info = toNonResourceInfo(this);
    if (upgrade !== undefined) this.upgrade = upgrade;
    response.once('close', () => {
      // HTTP/2 calls a stream that was reset finished too.
      if (!(response.writableEnded && response.writableFinished)) this.abort();
    });
  }

  /** Most requests are answered before anybody asks, and a signal costs more than all the rest of a context. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isAborted) this.#controller.abort();
    return this.#controller.signal;
  }

  readonly abort = (): void => {
    this.#isAborted = true;
    this.#controller?.abort();
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
