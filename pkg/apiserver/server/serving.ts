import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from 'node:http2';
import type { SecureContextOptions, TLSSocket } from 'node:tls';
import type { RawRequest, RawResponse, Upgrade } from '../request-context.ts';

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

/** What a graceful close did. */
export interface ClosedConnections {
  /** Connections that ended by themselves. */
  readonly drained: number;
  /** Connections that were cut when the grace time was over. */
  readonly cut: number;
}

/** Idle time after which a connection is closed, as upstream has it. */
const idleMs = 90_000;

/** Bytes of a request head, as upstream allows. */
const maxHeaderBytes = 1 << 20;

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
    maxHeaderListPairs: 2000,
    settings: { maxConcurrentStreams: 1000, maxHeaderListSize: maxHeaderBytes, initialWindowSize: 1 << 18 },
  });
  // For HTTP/1.1 Node reads these from the server object. A body may take its time: the deadline filter ends what is too slow.
  Object.assign(server, {
    maxHeaderSize: maxHeaderBytes,
    keepAliveTimeout: idleMs,
    headersTimeout: 32_000,
    requestTimeout: 0,
  });
  const connections = trackConnections(server);
  server.on('request', (request, response) => options.onRequest(request, response));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { response, upgrade } = newUpgrade(request, socket, head);
    options.onRequest(request, response, upgrade);
  });
  // A client that expects 100 gets it from whoever reads the body: the handler, or the backend behind the proxy.
  server.on('checkContinue', (request, response) => options.onRequest(request, response));
  server.on('tlsClientError', (error: Error, socket: TLSSocket) => {
    options.onHandshakeError(error);
    socket.destroy();
  });
  return {
    listen: (address) => listen(server, address),
    setMaterial: (material) => server.setSecureContext(toSecureContext(material)),
    close: (graceMs) => close(server, connections, graceMs),
  };
}

/** All of the context in one place: Node replaces it as a whole when the certificate changes. */
function toSecureContext({ cert, key, clientCA }: ServingMaterial): SecureContextOptions {
  return { cert, key, ca: clientCA, minVersion: 'TLSv1.2' };
}

function listen(server: Http2SecureServer, { host, port }: { host: string; port: number }): Promise<{ port: number }> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      const bound = server.address();
      resolve({ port: typeof bound === 'object' && bound !== null ? bound.port : port });
    });
  });
}

/** Until somebody takes the socket over, its errors concern nobody: the response sees them as its end. */
function ignore(): void {}

/** Wraps a connection that asks for an upgrade into a response, so that the chain can also refuse it in the ordinary way. */
function newUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): { response: ServerResponse; upgrade: Upgrade } {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Socket);
  socket.on('error', ignore);
  response.once('finish', () => socket.end());
  return {
    response,
    upgrade: {
      takeSocket() {
        response.detachSocket(socket as Socket);
        socket.off('error', ignore);
        return { socket, head };
      },
    },
  };
}

interface Connections {
  readonly sockets: Set<TLSSocket>;
  readonly sessions: Set<ServerHttp2Session>;
  /** HTTP/1.1 connections on which a request is being answered. */
  readonly busy: Set<object>;
}

function trackConnections(server: Http2SecureServer): Connections {
  const connections: Connections = { sockets: new Set(), sessions: new Set(), busy: new Set() };
  server.on('secureConnection', (socket: TLSSocket) => {
    connections.sockets.add(socket);
    socket.once('close', () => connections.sockets.delete(socket));
  });
  server.on('session', (session: ServerHttp2Session) => {
    connections.sessions.add(session);
    session.once('close', () => connections.sessions.delete(session));
    // A peer that breaks the protocol ends its own session and nothing else.
    session.on('error', () => session.destroy());
    session.setTimeout(idleMs, () => session.close());
  });
  server.on('request', (request, response) => {
    if (request.httpVersionMajor > 1) return;
    const { socket } = request;
    connections.busy.add(socket);
    response.once('close', () => connections.busy.delete(socket));
  });
  return connections;
}

async function close(server: Http2SecureServer, connections: Connections, graceMs: number): Promise<ClosedConnections> {
  const { sockets, sessions, busy } = connections;
  const total = sockets.size;
  const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const session of sessions) session.close();
  for (const socket of sockets) if (!busy.has(socket) && socket.alpnProtocol !== 'h2') socket.end();
  const deadline = performance.now() + graceMs;
  while (sockets.size > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    for (const socket of sockets) if (!busy.has(socket) && socket.alpnProtocol !== 'h2') socket.end();
  }
  const cut = sockets.size;
  for (const socket of sockets) socket.destroy();
  await stopped;
  return { drained: total - cut, cut };
}
