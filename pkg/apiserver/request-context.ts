import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { RequestInfo } from './endpoints/request-info.ts';
import type { UserInfo } from './user-info.ts';

/** A request as Node's HTTP/1.1 or HTTP/2 server hands it over. */
export type RawRequest = IncomingMessage | Http2ServerRequest;

/** A response of Node's HTTP/1.1 or HTTP/2 server. */
export type RawResponse = ServerResponse | Http2ServerResponse;

/** The facts of one request: created at the top of the handler chain, each filter fills in its own. */
export interface RequestContext {
  readonly request: RawRequest;
  readonly response: RawResponse;
  readonly method: string;
  /** Request target as it came, in origin form: path and query, undecoded. */
  readonly target: string;
  /** Path of the target, undecoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  /** Identifies the request in logs and in the `Audit-Id` header; one per request, also across the proxy. */
  readonly auditID: string;
  /** Aborted when the client leaves, and for long-running requests also when the server stops. */
  readonly signal: AbortSignal;
  /** Aborts the signal. */
  readonly abort: () => void;
  info: RequestInfo;
  /** As whom the request is answered: under impersonation, the impersonated user. */
  user: UserInfo;
  /** Present when somebody acts for `user`. Set by impersonation. */
  impersonation?: Impersonation;
  /** Throws a 403 unless the user may do this, too, to what the request is about. Set by authorization. */
  authorize?: (verb: string) => Promise<void>;
  /** Aborted when the server stops. Set by watch termination. */
  shutdown?: AbortSignal;
  /** Length of the body that was sent as a whole. */
  responseBytes?: number;
  /** What the access log should say beside the usual, asked when the line is written. Set by whoever answers. */
  accessFields?: () => Readonly<Record<string, unknown>>;
  /** Texts for the `Warning` header. */
  readonly warnings: string[];
  /** Present when the client asks for another protocol on this connection (HTTP/1.1 `Upgrade`). */
  readonly upgrade?: Upgrade;
}

/** Somebody acts for another user. */
export interface Impersonation {
  /** Who really asks. */
  readonly requestor: UserInfo;
  /** The verb by which it is allowed, such as `impersonate:user-info`; empty for `impersonate`, which allows everything. */
  readonly constraint: string;
}

/** A connection that the client wants to use for another protocol. */
export interface Upgrade {
  /** Takes the connection over; `response` cannot be used any more, and closing the socket is the taker's duty. */
  takeSocket(): { readonly socket: Duplex; readonly head: Buffer };
}

/** Answers a request, or throws a `StatusError` that the error boundary answers with. */
export type Handler = (context: RequestContext) => Promise<void> | void;
