import { createSecureServer } from 'node:http2';
import { createServer as createHTTPSServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTCPServer, type Server, type Socket } from 'node:net';
import { createServer as createTLSServer, type TLSSocket } from 'node:tls';
import type { CertificatePair } from '../pki/certificate-pair.ts';

/** A server that plays an aggregated service, well-behaved or not, on a free port of 127.0.0.1. */
export interface FakeBackend {
  readonly port: number;
  /** Connections that were ever accepted. */
  readonly accepted: () => number;
  /** Connections that are open now. */
  readonly open: () => number;
  /** Cuts all open connections and goes on listening. */
  cut(): void;
  /** Cuts all open connections and stops listening. */
  close(): Promise<void>;
}

/** TLS of a fake backend. */
export interface FakeBackendTLS {
  readonly serving: Pick<CertificatePair, 'certPEM' | 'keyPEM'>;
  /** PEM of the CA whose client certificates are demanded; by default none is asked for. */
  readonly clientCA?: string;
}

/** What an HTTP backend does. */
export interface HTTPBackendOptions extends FakeBackendTLS {
  /** Whether it offers HTTP/2 as well. */
  readonly http2?: boolean;
  /** Node's compatibility classes, which differ in a few types only, where HTTP/2 is used. */
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  readonly onUpgrade?: (request: IncomingMessage, socket: Socket, head: Buffer) => void;
}

/** A backend that speaks HTTP over TLS. */
export function startHTTPBackend(options: HTTPBackendOptions): Promise<FakeBackend> {
  const server =
    options.http2 === true || process.env['BACKEND_H2'] !== undefined
      ? newHTTP2Server(options)
      : newHTTP1Server(options);
  if (options.onUpgrade !== undefined) server.on('upgrade', options.onUpgrade);
  return startServer(server);
}

function newHTTP1Server(options: HTTPBackendOptions): Server {
  return createHTTPSServer({ ...toTLSOptions(options), keepAliveTimeout: 60_000 }, options.onRequest);
}

function newHTTP2Server(options: HTTPBackendOptions): Server {
  const server = createSecureServer({ ...toTLSOptions(options), allowHTTP1: true, maxHeaderListPairs: 2_000 });
  server.on('request', options.onRequest as never).on('checkContinue', options.onRequest as never);
  server.on('session', (session) => session.on('error', ignore));
  server.on('stream', (stream) => stream.on('error', ignore));
  return server;
}

/** A backend that gets each TLS connection raw. */
export function startTLSBackend(tls: FakeBackendTLS, onConnection: (socket: TLSSocket) => void): Promise<FakeBackend> {
  const server = createTLSServer({ ...toTLSOptions(tls), ALPNProtocols: ['http/1.1'] });
  server.on('secureConnection', (socket) => {
    socket.on('error', ignore);
    onConnection(socket);
  });
  return startServer(server);
}

/** A backend that gets each TCP connection raw. */
export function startTCPBackend(onConnection: (socket: Socket) => void): Promise<FakeBackend> {
  return startServer(
    createTCPServer((socket) => {
      socket.resume();
      onConnection(socket);
    }),
  );
}

/** A backend that answers each TLS connection's first request head with these bytes, and then does `next`. */
export function startScriptedBackend(
  tls: FakeBackendTLS,
  answer: string | Buffer,
  next: (socket: TLSSocket) => void = ignore,
): Promise<FakeBackend> {
  return startTLSBackend(tls, (socket) => {
    let seen = '';
    socket.on('data', (chunk: Buffer) => {
      seen += chunk.toString('latin1');
      if (!/^\S+ \S+ HTTP\/1\.1\r\n[^]*?\r\n\r\n/.test(seen)) return;
      seen = '';
      if (answer.length > 0) socket.write(answer, 'latin1', () => next(socket));
      else next(socket);
    });
  });
}

/** TLS options of a fake backend's listener. */
export function toTLSOptions({ serving, clientCA }: FakeBackendTLS): object {
  const keys = { cert: serving.certPEM, key: serving.keyPEM };
  return clientCA === undefined ? keys : { ...keys, ca: clientCA, requestCert: true, rejectUnauthorized: true };
}

/** Starts a listener of any kind as a fake backend. */
export async function startServer(server: Server): Promise<FakeBackend> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  server.on('connection', (socket) => {
    accepted++;
    sockets.add(socket);
    socket.on('error', ignore).once('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', ignore);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    accepted: () => accepted,
    open: () => sockets.size,
    cut,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      cut();
      await closed;
    },
  };
}

function ignore(): void {}
