import { setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';
import { type buildConnector, Client, type Dispatcher } from 'undici';
import { toOrigin } from './authority.ts';
import type { BackendFailure } from './backend-failure.ts';
import type { Dial } from './dial.ts';
import type { Opening } from './exchange-trace.ts';
import type { TransportSettings } from './interface.ts';

/** What an exchange learns about the connection that carries it, as the `context` of `onRequestStart`. */
export interface Carrier {
  /** Whether the connection has carried exchanges before, so that it may have died unnoticed. */
  readonly reused: boolean;
  /** What it took to open the connection, if it was opened for this exchange. */
  readonly opening: Opening | undefined;
}

/** Options of a pool. */
export interface ConnectionPoolOptions {
  readonly settings: TransportSettings;
  readonly dial: Dial;
  /** Milliseconds after which an idle connection is closed, unless the backend names another time. */
  readonly idleMs: number;
  /** Idle connections beyond this many are closed. */
  readonly maxIdle: number;
  readonly maxHeadBytes: number;
}

/**
 * Connections to one backend, one exchange at a time on each. There is no upper limit and so no queue: a watch keeps its
 * connection for hours, and nothing may wait behind it. undici's own `Pool` is not used, because it never forgets the
 * connections of ended watches and does not tell whether one is new.
 */
export class ConnectionPool {
  readonly #options: ConnectionPoolOptions;
  /** The one used last is used next, so that the others can grow old and close. */
  readonly #idle: Connection[] = [];
  readonly #all = new Set<Connection>();
  readonly #ended = new AbortController();

  constructor(options: ConnectionPoolOptions) {
    this.#options = options;
    // As many as there are connections being opened.
    setMaxListeners(0, this.#ended.signal);
  }

  /** Starts an exchange, on a connection that stands or on a new one. */
  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler, fresh = false): void {
    const connection = (fresh ? undefined : this.#idle.pop()) ?? this.#open();
    connection.client.dispatch(options, new Lease(handler, connection, () => this.#release(connection)));
  }

  /** Ends all exchanges and connections; whatever comes later fails. */
  async destroy(reason: Error): Promise<void> {
    this.#ended.abort(reason);
    this.#idle.length = 0;
    await Promise.all([...this.#all].map(({ client }) => client.destroy(reason)));
  }

  #open(): Connection {
    const connection = new Connection(this.#options, this.#ended.signal);
    this.#all.add(connection);
    // An idle connection that the backend closes, or that grows old.
    connection.client.on('disconnect', () => {
      const at = this.#idle.indexOf(connection);
      if (at < 0) return;
      this.#idle.splice(at, 1);
      this.#drop(connection);
    });
    return connection;
  }

  #release(connection: Connection): void {
    const room = this.#idle.length < this.#options.maxIdle && !this.#ended.signal.aborted;
    if (room && connection.isOpen) this.#idle.push(connection);
    else this.#drop(connection);
  }

  #drop(connection: Connection): void {
    this.#all.delete(connection);
    void connection.client.destroy();
  }
}

/** One connection: an undici client that dials by our rules, again if need be, and carries one exchange at a time. */
class Connection {
  readonly client: Client;
  served = 0;
  opening: Opening | undefined;
  #socket: Socket | undefined;

  constructor({ settings, dial, idleMs, maxHeadBytes }: ConnectionPoolOptions, signal: AbortSignal) {
    this.client = new Client(toOrigin(settings), {
      connect: (_options, callback) => void this.#connect(dial, signal, callback),
      pipelining: 1,
      allowH2: false,
      maxHeaderSize: maxHeadBytes,
      keepAliveTimeout: idleMs,
      // Watches are silent for hours. Who cannot wait says so per exchange.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  async #connect(dial: Dial, signal: AbortSignal, callback: buildConnector.Callback): Promise<void> {
    let socket: Socket;
    try {
      socket = await dial({ signal, onOpened: (opening) => (this.opening = opening) });
    } catch (error) {
      callback(error as BackendFailure, null);
      return;
    }
    this.#socket = socket;
    this.served = 0;
    callback(null, socket);
  }

  get isOpen(): boolean {
    return this.#socket !== undefined && !this.#socket.destroyed;
  }
}

/** Hands the connection back when its exchange is over. */
class Lease implements Dispatcher.DispatchHandler {
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #connection: Connection;
  readonly #release: () => void;

  constructor(handler: Dispatcher.DispatchHandler, connection: Connection, release: () => void) {
    this.#handler = handler;
    this.#connection = connection;
    this.#release = release;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const reused = this.#connection.served > 0;
    const carrier: Carrier = { reused, opening: reused ? undefined : this.#connection.opening };
    this.#connection.served++;
    this.#handler.onRequestStart?.(controller, carrier);
  }

  onResponseStarted(): void {
    this.#handler.onResponseStarted?.();
  }

  onResponseStart(...head: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>): void {
    this.#handler.onResponseStart?.(...head);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#handler.onResponseData?.(controller, chunk);
  }

  onResponseEnd(...end: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>): void {
    this.#end();
    this.#handler.onResponseEnd?.(...end);
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    this.#end();
    this.#handler.onResponseError?.(controller, error);
  }

  /** A moment later, because undici decides after this callback whether the connection can be kept. */
  #end(): void {
    queueMicrotask(this.#release);
  }
}
