import { setMaxListeners } from 'node:events';
import type { TLSSocket } from 'node:tls';
import type { Dispatcher } from 'undici';
import { type BackendRequest, failUnsent, type WaitingExchange } from './carrier.ts';
import type { Dial } from './dial.ts';
import type { Opening } from './exchange-trace.ts';
import { newNoStreamsFailure } from './exchange-failure.ts';
import { type DialledSocket, HTTP1Connection } from './http1-connection.ts';
import { carryWithTrailers } from './http1-trailers.ts';
import { HTTP2Connection, maxStreams } from './http2-connection.ts';
import { newUnprocessedError } from './http2-failure.ts';
import { fitsHTTP2 } from './http2-fields.ts';
import type { OpenConnections, TransportSettings } from './interface.ts';

/** Options of a pool. */
export interface ConnectionPoolOptions {
  readonly settings: TransportSettings;
  readonly dial: Dial;
  /** Whether HTTP/2 is offered to the backend. */
  readonly http2: boolean;
  /** Milliseconds after which an idle connection is closed, unless the backend names another time. */
  readonly idleMs: number;
  /** Idle connections beyond this many are closed. */
  readonly maxIdle: number;
  readonly maxHeadBytes: number;
  /** Milliseconds for the first frame of an HTTP/2 connection. */
  readonly connectMs: number;
  /** Milliseconds of silence after which an HTTP/2 connection is asked whether it lives, and those for its answer. */
  readonly pingAfterMs: number;
  readonly pingTimeoutMs: number;
}

/**
 * Connections to one backend, in the protocol that it chose: HTTP/2 with many exchanges on each, HTTP/1.1 with one at a time. There is
 * no upper limit and so no queue: a watch stays for hours, and nothing may wait behind it. undici's own `Pool` is not used, because
 * it never forgets the connections of ended watches and does not tell whether one is new.
 */
export class ConnectionPool {
  readonly #options: ConnectionPoolOptions;
  /** The one used last is used next, so that the others can grow old and close. */
  readonly #idle: HTTP1Connection[] = [];
  readonly #http1 = new Set<HTTP1Connection>();
  /** The oldest with room is used, for the same reason. */
  readonly #http2 = new Set<HTTP2Connection>();
  /** Connections that are being opened, and who waits for each. */
  readonly #openings: WaitingExchange[][] = [];
  readonly #ended = new AbortController();
  /** Whether the backend's last word was HTTP/1.1, so that each exchange needs a connection of its own. */
  #chooses1: boolean;

  constructor(options: ConnectionPoolOptions) {
    this.#options = options;
    this.#chooses1 = !options.http2;
    // As many as there are connections being opened.
    setMaxListeners(0, this.#ended.signal);
  }

  /** What there is at this moment. */
  get connections(): OpenConnections {
    let streams = 0;
    for (const connection of this.#http2) streams += connection.running;
    return { http1: this.#http1.size, http2: this.#http2.size, streams };
  }

  /** Starts an exchange, on a connection that stands or on a new one. */
  dispatch(request: BackendRequest, handler: Dispatcher.DispatchHandler, fresh = false): void {
    const waiting = { request, handler, http2: this.#options.http2 && fitsHTTP2(request) };
    if (fresh || !this.#carryOnStanding(waiting)) this.#wait(waiting);
  }

  /** Ends all exchanges and connections; whatever comes later fails. */
  async destroy(reason: Error): Promise<void> {
    this.#ended.abort(reason);
    this.#idle.length = 0;
    await Promise.all([...this.#http1, ...this.#http2].map((connection) => connection.destroy(reason)));
  }

  #carryOnStanding(waiting: WaitingExchange): boolean {
    if (waiting.http2) {
      for (const connection of this.#http2) {
        if (!connection.hasRoom) continue;
        connection.carry(waiting, { reused: true, opening: undefined });
        return true;
      }
    }
    const idle = announcesTrailers(waiting.request) ? undefined : this.#idle.pop();
    idle?.carry(waiting);
    return idle !== undefined;
  }

  /** Lets an exchange wait for a connection that is being opened. Over HTTP/1.1 nobody can share one. */
  #wait(waiting: WaitingExchange): void {
    const { http2 } = waiting;
    const shared = http2 && !this.#chooses1 ? this.#openings.find((opening) => opening.length < maxStreams) : undefined;
    if (shared === undefined) void this.#open([waiting], http2);
    else shared.push(waiting);
  }

  async #open(waiting: WaitingExchange[], http2: boolean): Promise<void> {
    if (http2) this.#openings.push(waiting);
    let start: () => void;
    try {
      start = await this.#connect(waiting, http2);
    } catch (error) {
      start = () => waiting.forEach((each) => failUnsent(each, error as Error));
    }
    if (http2) this.#openings.splice(this.#openings.indexOf(waiting), 1);
    start();
  }

  /** Opens a connection; the result starts those who waited for it. */
  async #connect(waiting: readonly WaitingExchange[], http2: boolean): Promise<() => void> {
    const { signal } = this.#ended;
    let opening: Opening | undefined;
    const socket = await this.#options.dial({ signal, http2, onOpened: (took) => (opening = took) });
    const chosen2 = (socket as TLSSocket).alpnProtocol === 'h2';
    if (http2) this.#chooses1 = !chosen2;
    if (!chosen2) return () => this.#startHTTP1(waiting, { socket, opening });
    const connection = await HTTP2Connection.open(socket, {
      ...this.#options,
      signal,
      onIdle: (idle) => this.#keepHTTP2(idle),
      onClosed: (closed) => this.#http2.delete(closed),
    });
    return () => this.#startHTTP2(waiting, { connection, opening });
  }

  #startHTTP2(
    waiting: readonly WaitingExchange[],
    { connection, opening }: { connection: HTTP2Connection; opening: Opening | undefined },
  ): void {
    if (connection.isOpen) this.#http2.add(connection);
    const [first, ...others] = waiting;
    if (first === undefined) return;
    if (connection.hasRoom) connection.carry(first, { reused: false, opening });
    else failUnsent(first, connection.isRetired ? newUnprocessedError() : newNoStreamsFailure(this.#options.settings));
    for (const each of others) {
      if (connection.hasRoom) connection.carry(each, { reused: false, opening: undefined });
      else this.#wait(each);
    }
  }

  #startHTTP1(waiting: readonly WaitingExchange[], dialled: DialledSocket): void {
    const [first, ...others] = waiting;
    if (first !== undefined) this.#carryOverHTTP1(first, dialled);
    // Each on a connection of its own.
    for (const each of others) if (!this.#carryOnStanding(each)) this.#wait(each);
  }

  #carryOverHTTP1(waiting: WaitingExchange, dialled: DialledSocket): void {
    const { maxHeadBytes } = this.#options;
    const { signal } = this.#ended;
    if (signal.aborted) {
      dialled.socket.destroy();
      failUnsent(waiting, signal.reason as Error);
    } else if (announcesTrailers(waiting.request)) {
      carryWithTrailers(waiting, { ...dialled, maxHeadBytes, signal });
    } else {
      const onFree = (free: HTTP1Connection): void => this.#keepHTTP1(free);
      const onClosed = (closed: HTTP1Connection): void => this.#forgetIdle(closed);
      const connection = new HTTP1Connection({ ...this.#options, signal, onFree, onClosed }, dialled);
      this.#http1.add(connection);
      connection.carry(waiting);
    }
  }

  #keepHTTP1(connection: HTTP1Connection): void {
    const room = this.#idle.length < this.#options.maxIdle && !this.#ended.signal.aborted;
    if (room && connection.isOpen) this.#idle.push(connection);
    else this.#drop(connection);
  }

  /** An idle connection that the backend closes, or that grows old. */
  #forgetIdle(connection: HTTP1Connection): void {
    const at = this.#idle.indexOf(connection);
    if (at < 0) return;
    this.#idle.splice(at, 1);
    this.#drop(connection);
  }

  #drop(connection: HTTP1Connection): void {
    this.#http1.delete(connection);
    void connection.destroy();
  }

  #keepHTTP2(connection: HTTP2Connection): void {
    let idle = 0;
    for (const { running } of this.#http2) if (running === 0) idle++;
    if (idle > this.#options.maxIdle) void connection.destroy();
  }
}

function announcesTrailers({ body }: BackendRequest): boolean {
  return body !== null && body.announced.length > 0;
}
