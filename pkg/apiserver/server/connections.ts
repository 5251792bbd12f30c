import type { ServerResponse } from 'node:http';
import type { Http2SecureServer, ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** What a graceful close did. */
export interface ClosedConnections {
  /** Connections that ended by themselves. */
  readonly drained: number;
  /** Connections that were cut when the grace time was over. */
  readonly cut: number;
}

/** The connections of a listener, and what is under way on them. */
export interface Connections {
  /** Notes an HTTP/1.1 request; it is under way until its response closes. */
  begin(socket: object, response: ServerResponse): void;
  /** The TCP connection below one whose handshake has failed, as long as it stands. */
  below(failed: TLSSocket): Socket | undefined;
  /** Takes no new connections, lets running requests end, closes idle connections at once; after `graceMs` cuts the rest. */
  close(graceMs: number): Promise<ClosedConnections>;
}

/** Follows the connections of a server. HTTP/2 sessions without a stream end after `idleMs`. */
export function trackConnections(server: Http2SecureServer, idleMs: number): Connections {
  const { handshakes, below } = trackHandshakes(server);
  const sockets = new Set<TLSSocket>();
  const sessions = new Set<ServerHttp2Session>();
  const running = new Map<object, Set<ServerResponse>>();
  let closing = false;
  let onClosed: () => void = () => undefined;
  const endIfIdle = (socket: TLSSocket): void => {
    if (socket.alpnProtocol !== 'h2' && !running.has(socket)) socket.destroySoon();
  };

  server.on('secureConnection', (socket: TLSSocket) => {
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      if (sockets.size === 0) onClosed();
    });
  });
  server.on('session', (session: ServerHttp2Session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    // A peer that breaks the protocol ends its own session and nothing else.
    session.on('error', () => session.destroy());
    endWhenIdle(session, idleMs);
  });
  return {
    below,
    begin(socket, response) {
      const responses = running.get(socket) ?? new Set();
      running.set(socket, responses.add(response));
      if (closing) makeLast(responses);
      response.once('close', () => {
        responses.delete(response);
        if (responses.size > 0) return;
        running.delete(socket);
        if (closing) endIfIdle(socket as TLSSocket);
      });
    },
    async close(graceMs) {
      closing = true;
      const total = sockets.size;
      const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const handshake of handshakes) handshake.destroy();
      for (const session of sessions) session.close();
      for (const responses of running.values()) makeLast(responses);
      for (const socket of sockets) endIfIdle(socket);
      await within(graceMs, (done) => {
        onClosed = done;
        if (sockets.size === 0) done();
      });
      const cut = sockets.size;
      for (const socket of [...sockets, ...handshakes]) socket.destroy();
      await stopped;
      return { drained: total - cut, cut };
    },
  };
}

interface Handshakes extends Pick<Connections, 'below'> {
  readonly handshakes: ReadonlySet<Socket>;
}

/** Connections that have not got through their handshake: nobody answers on them, and the server waits for their end. */
function trackHandshakes(server: Http2SecureServer): Handshakes {
  const byPeer = new Map<string, Socket>();
  const handshakes = new Set<Socket>();
  const nameOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;
  const below = (socket: TLSSocket): Socket | undefined => byPeer.get(nameOf(socket));
  const forget = (socket: Socket): void => void handshakes.delete(socket);
  server.on('connection', (socket: Socket) => {
    const name = nameOf(socket);
    handshakes.add(socket);
    byPeer.set(name, socket);
    socket.once('close', () => {
      forget(socket);
      if (byPeer.get(name) === socket) byPeer.delete(name);
    });
  });
  // The TLS connection is another object than the one below it.
  server.on('secureConnection', (socket: TLSSocket) => {
    const found = below(socket);
    if (found !== undefined) forget(found);
  });
  return { handshakes, below };
}

/** A long stream may be silent for as long as it likes. */
function endWhenIdle(session: ServerHttp2Session, idleMs: number): void {
  let streams = 0;
  session.on('stream', (stream) => {
    streams++;
    stream.once('close', () => streams--);
  });
  session.setTimeout(idleMs, () => {
    if (streams === 0) session.close();
  });
}

/** The last of the answers on a connection tells the client that it is. */
function makeLast(responses: ReadonlySet<ServerResponse>): void {
  const last = [...responses].at(-1);
  if (last !== undefined && !last.headersSent) last.shouldKeepAlive = false;
}

/** Resolves when `work` calls back, or after so many milliseconds. */
function within(ms: number, work: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    work(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
