import type { Duplex } from 'node:stream';
import type { RequestContext } from '../../apiserver/request-context.ts';
import type { BackendFailure } from './backend-failure.ts';
import type { ExchangeTrace } from './exchange-trace.ts';

/** How a backend is reached. Two settings that are equal share one transport, so one connection pool. */
export interface TransportSettings {
  /** IPv4 or IPv6 literal (no brackets) or DNS name. */
  readonly host: string;
  readonly port: number;
  /** The IP address to connect to, where the host has several. */
  readonly ip?: string;
  /** Absolute path of a unix socket to connect to; host and port then only name the service. */
  readonly socketPath?: string;
  /** `http` for no TLS at all, where somebody has explicitly said so. */
  readonly scheme?: 'http';
  /** Stands before the path of every request: begins with a slash and does not end with one. */
  readonly pathPrefix?: string;
  /** The server's certificate must be valid for one of these; the first is sent as SNI. */
  readonly serverNames: readonly string[];
  /** PEM bundle of the roots that are trusted; nothing else is. */
  readonly ca: string;
  /** Accept any certificate. */
  readonly insecureSkipTLSVerify: boolean;
  /** The front-proxy client certificate, by which the backend believes the identity headers. */
  readonly clientCertificate?: { readonly cert: string; readonly key: string };
}

/** The ways to one backend address: ordinary requests, upgrades, and the gateway's own requests, all with the same TLS. */
export interface Transport extends ProxyEngine {
  readonly settings: TransportSettings;
  /** The connections that there are at this moment, without tunnels. */
  readonly connections: OpenConnections;
  /** A request of the gateway's own (probe, discovery, OpenAPI). Rejects with a `BackendFailure`. */
  fetch(request: OwnRequest): Promise<OwnResponse>;
  /** Lets running requests end, takes no new ones, then closes its connections. */
  close(): Promise<void>;
  /** Ends everything at once. */
  destroy(): Promise<void>;
}

/** Connections to one backend address, and so the protocol that it chose. */
export interface OpenConnections {
  readonly http1: number;
  readonly http2: number;
  /** Exchanges under way over HTTP/2. */
  readonly streams: number;
}

/** Carries one client request to a backend and the answer back: one request in, one response or one tunnel out. */
export interface ProxyEngine {
  /**
   * Resolves when the exchange is over, however it ended; never rejects. A failure before the answer began has been answered
   * with a `Status`; one in the middle of the answer has cut the client's stream, so that the client can tell.
   */
  roundTrip(context: RequestContext, options: RoundTripOptions): Promise<Outcome>;
  /**
   * Same for a request with `Connection: Upgrade` (HTTP/1.1 only). The socket belongs to the engine from here on, and
   * `context.response` is not used. Resolves when the tunnel is closed.
   */
  upgrade(context: RequestContext, upgrade: UpgradeRequest): Promise<Outcome>;
}

/** Per-request limits. */
export interface RoundTripOptions {
  /** Milliseconds until the response head must be there; absent for watches and other long-running requests. */
  readonly timeoutMs?: number;
  /** Where to write down what the exchange takes. */
  readonly trace?: ExchangeTrace;
  /** Leaves a request unanswered that can go to another address (`not-sent`): it provably never was sent, or has no effects. */
  readonly handBack?: boolean;
}

/** The client's side of an upgrade. */
export interface UpgradeRequest {
  readonly socket: Duplex;
  readonly head: Buffer;
  /** Where to write down what the exchange takes. */
  readonly trace?: ExchangeTrace;
  /** Leaves a request unanswered that provably never was sent (`not-sent`), so that it can go to another address. */
  readonly handBack?: boolean;
}

/**
 * How an exchange ended, for health, metrics and logs. A failure in the steps `resolve`, `connect` and `tls` is one of the backend;
 * one in `http` or `status` may be about this request alone. `not-sent` is there for those who asked for it by `handBack`: no byte
 * has left for the client, and none for the backend either, or of a question without effects of which the backend took no notice.
 */
export interface Outcome {
  readonly kind: 'completed' | 'client-left' | 'backend-failed' | 'not-sent';
  /** Status of the answer that the client got; 0 when it got none. */
  readonly status: number;
  readonly failure?: BackendFailure;
}

/** A request of the gateway's own. */
export interface OwnRequest {
  /** Default: GET. One that is lost on the way may be sent twice. */
  readonly method?: 'GET' | 'DELETE';
  readonly path: string;
  readonly headers: { readonly [name: string]: string | readonly string[] };
  readonly timeoutMs: number;
  /** Bodies beyond this many bytes are a failure. */
  readonly maxBodyBytes: number;
  readonly signal?: AbortSignal;
}

/** Its answer, read to the end. */
export interface OwnResponse {
  readonly status: number;
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined };
  readonly body: Buffer;
  /** Whether the connection had carried other exchanges before. */
  readonly reused?: boolean;
}
