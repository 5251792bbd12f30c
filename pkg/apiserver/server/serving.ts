import { constants } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import type { Duplex } from 'node:stream';
import type { SecureContextOptions, TLSSocket } from 'node:tls';
import type { RawRequest, RawResponse, Upgrade } from '../request-context.ts';
import { type ClosedConnections, trackConnections } from './connections.ts';
import { newUpgrade } from './new-upgrade.ts';
import { answerPlainHTTP } from './plain-http-answer.ts';

/** TLS material of a listener. */
export interface ServingMaterial {
  readonly cert: string;
  readonly key: string;
  /** PEM bundle of the CAs whose client certificates are recognised. */
  readonly clientCA: string;
}

/** What a listener needs. */
export interface ServingOptions {
  readonly material: ServingMaterial;
  /** Takes each request; `upgrade` is present when the client asks for another protocol. */
  readonly onRequest: (request: RawRequest, response: RawResponse, upgrade?: Upgrade) => void;
  /** Told of connections that do not come to stand. */
  readonly onHandshakeError: (error: Error) => void;
}

/** A TLS listener for HTTP/1.1 and HTTP/2 on one port. */
export interface Serving {
  /** Binds. Rejects with the error of the operating system. */
  listen(address: { readonly host: string; readonly port: number }): Promise<{ readonly port: number }>;
  /** New handshakes use this; connections that stand keep what they have. */
  setMaterial(material: ServingMaterial): void;
  /** Takes no new connections, lets running requests end, closes idle connections; after `graceMs` cuts the rest. */
  close(graceMs: number): Promise<ClosedConnections>;
}

/** Idle time after which a connection is closed, as upstream has it. */
const idleMs = 90_000;

/** Bytes of a request head, as upstream allows. */
const maxHeaderBytes = 1 << 20;

/** Lines of a request head: each group of a user that a proxy speaks for is one. */
const maxHeaderLines = 2000;

/**
 * Makes a listener. Client certificates are asked for, and verified by the authenticators rather than by the handshake, so that a
 * bad one gets a `Status` and not a broken connection.
 */
export function newServing(options: ServingOptions): Serving {
  const server = createSecureServer({
    allowHTTP1: true,
    // Node sets these by itself for plain HTTP/1.1 servers only; without the first, small writes wait for an acknowledgement.
    noDelay: true,
    keepAlive: true,
    ...toSecureContext(options.material),
    requestCert: true,
    rejectUnauthorized: false,
    maxHeaderListPairs: maxHeaderLines,
    settings: { maxConcurrentStreams: 1000, maxHeaderListSize: maxHeaderBytes, initialWindowSize: 1 << 18 },
  });
  // For HTTP/1.1 Node reads these from the server object. A body may take its time: the deadline filter ends what is too slow.
  Object.assign(server, {
    maxHeaderSize: maxHeaderBytes,
    maxHeadersCount: maxHeaderLines,
    shouldUpgradeCallback: isUpgrade,
    keepAliveTimeout: idleMs,
    headersTimeout: 32_000,
    requestTimeout: 0,
  });
  const connections = trackConnections(server, idleMs);
  const take = (request: RawRequest, response: RawResponse, upgrade?: Upgrade): void => {
    if (!('stream' in response)) connections.begin(request.socket, response);
    options.onRequest(request, response, upgrade);
  };
  type Take = (request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse) => void;
  server.on('request', take satisfies Take);
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { response, upgrade } = newUpgrade(request, socket, head);
    take(request, response, upgrade);
  });
  // A client that expects 100 gets it from whoever reads the body: the handler, or the backend behind the proxy.
  server.on('checkContinue', take satisfies Take);
  server.on('tlsClientError', (error: Error, socket: TLSSocket) => {
    options.onHandshakeError(error);
    const below = isPlainHTTP(error) ? connections.below(socket) : undefined;
    if (below !== undefined) answerPlainHTTP(below);
    socket.destroy();
  });
  return {
    listen: (address) => listen(server, address, options.onHandshakeError),
    setMaterial: (material) => server.setSecureContext(toSecureContext(material)),
    close: (graceMs) => connections.close(graceMs),
  };
}

function isPlainHTTP(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ERR_SSL_HTTP_REQUEST';
}

/** With a body it is an ordinary request: the bytes that follow belong to it, and not to another protocol. */
function isUpgrade({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
}

/** All of the context in one place: Node replaces it as a whole when the certificate changes. */
function toSecureContext({ cert, key, clientCA }: ServingMaterial): SecureContextOptions {
  // A resumed session has lost the intermediate authorities of the client's certificate, and with them the client its name.
  return { cert, key, ca: clientCA, minVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_TICKET };
}

function listen(
  server: Http2SecureServer,
  { host, port }: { host: string; port: number },
  onError: (error: Error) => void,
): Promise<{ port: number }> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      // A connection that the system cannot give us is not the end of the others.
      server.off('error', reject).on('error', onError);
      const bound = server.address();
      resolve({ port: typeof bound === 'object' && bound !== null ? bound.port : port });
    });
  });
}
