import type { Dispatcher } from 'undici';
import type { RESTClientOptions } from './interface.ts';
import { toRESTError } from './to-rest-error.ts';

/** One request of the client. */
export interface WireRequest {
  readonly method: string;
  /** Path below the server's own, with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
}

/** The head of an answer, and its body as it comes. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Dispatcher.ResponseData['body'];
}

/** Sends requests to one server over kept connections. */
export interface WireTransport {
  /** Rejects with a `RESTError`, or with the signal's reason. */
  send(request: WireRequest): Promise<WireAnswer>;
  close(): Promise<void>;
}

/** Connections at most; a watch holds one. */
const maxConnections = 64;

/** A transport for this server. undici is loaded with the first request, because it costs some 60 ms. */
export function newWireTransport(options: RESTClientOptions): WireTransport {
  const server = new URL(options.server);
  const prefix = server.pathname.replace(/\/+$/, '');
  let pool: Promise<Dispatcher> | undefined;
  return {
    async send({ method, path, headers, body, signal }) {
      signal?.throwIfAborted();
      const dispatcher = await (pool ??= newPool(server, options));
      try {
        const answer = await dispatcher.request({
          origin: server.origin,
          method,
          path: prefix + path,
          headers,
          body: body ?? null,
          signal: signal ?? null,
        });
        return { status: answer.statusCode, headers: answer.headers, body: answer.body };
      } catch (error) {
        if (signal?.aborted === true) throw signal.reason;
        throw toRESTError(error, `${method} ${server.origin}${prefix}${path}`);
      }
    },
    async close() {
      await (await pool)?.destroy();
    },
  };
}

async function newPool(server: URL, options: RESTClientOptions): Promise<Dispatcher> {
  const { Pool } = await import('undici');
  const { ca, cert, key, tlsServerName } = options;
  return new Pool(server.origin, {
    connections: maxConnections,
    // One watch a connection is simple and robust; multiplexing gains our tools nothing.
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      timeout: 10_000,
      rejectUnauthorized: options.insecureSkipTLSVerify !== true,
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
    },
  });
}
