import type { Dispatcher } from 'undici';
import type { RESTClientOptions } from './interface.ts';
import { toRESTError } from './to-rest-error.ts';

/** One request of the client. */
export interface WireRequest {
  readonly method: string;
  /** Path below the server's own, with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
  readonly signal: AbortSignal;
}

/** The head of an answer, and its body as it comes. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Dispatcher.ResponseData['body'];
}

/** Sends requests to one server over kept connections. */
export interface WireTransport {
  /** Rejects with a `RESTError`, also when the signal is aborted. */
  send(request: WireRequest): Promise<WireAnswer>;
  /** The request as messages name it. */
  toURL(method: string, path: string): string;
  close(): Promise<void>;
}

/** A transport for this server. undici is loaded with the first request, because it costs some 60 ms. */
export function newWireTransport(options: RESTClientOptions): WireTransport {
  const { origin, pathname } = new URL(options.server);
  const prefix = pathname.replace(/\/+$/, '');
  const toURL = (method: string, path: string): string => `${method} ${origin}${prefix}${path}`;
  let pool: Promise<Dispatcher> | undefined;
  return {
    async send({ path, ...request }) {
      const dispatcher = await (pool ??= newPool(origin, options));
      try {
        const { statusCode, headers, body } = await dispatcher.request({ ...request, path: prefix + path });
        return { status: statusCode, headers, body };
      } catch (error) {
        throw toRESTError(error, toURL(request.method, path));
      }
    },
    toURL,
    async close() {
      await (await pool)?.destroy();
    },
  };
}

async function newPool(origin: string, options: RESTClientOptions): Promise<Dispatcher> {
  const { Pool } = await import('undici');
  const { ca, cert, key, tlsServerName } = options;
  return new Pool(origin, {
    // One request a connection is simple and robust; multiplexing gains our tools nothing.
    allowH2: false,
    // Deadlines are ours: a watch is silent for minutes.
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
