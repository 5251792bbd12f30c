import { type ClientHttp2Session, connect, type SecureClientSessionOptions } from 'node:http2';
import type { Socket } from 'node:net';
import { toOrigin } from './authority.ts';
import type { Carrier, WaitingExchange } from './carrier.ts';
import { type CodedError, toCodedError } from './coded-error.ts';
import { newBeginningFailure } from './exchange-failure.ts';
import { HTTP2Exchange } from './http2-exchange.ts';
import { maxRequestHeadBytes } from './http2-fields.ts';
import { newSilentError, toConnectionError } from './http2-failure.ts';
import { watchLiveness } from './http2-liveness.ts';
import type { TransportSettings } from './interface.ts';

/** What a connection is made of; all times in milliseconds. */
export interface HTTP2ConnectionOptions {
  readonly settings: TransportSettings;
  readonly signal: AbortSignal;
  /** For the backend's first frame. */
  readonly connectMs: number;
  /** After which an idle connection is closed. */
  readonly idleMs: number;
  readonly pingAfterMs: number;
  readonly pingTimeoutMs: number;
  readonly maxHeadBytes: number;
  /** The last exchange has ended. */
  readonly onIdle: (connection: HTTP2Connection) => void;
  readonly onClosed: (connection: HTTP2Connection) => void;
}

/** Exchanges at a time on one connection, should the backend allow more: what one loss takes with it is limited. */
export const maxStreams: number = 100;

/** Exchanges after which a connection is used no more, long before its stream ids come to their end. */
const maxServed = 1_000_000;

/** Milliseconds that a backend has to take the last bytes. */
const farewellMs = 1_000;

/** What may be under way towards us: for one exchange, which a slow client may make us hold, and for all together. */
const streamWindow = 512 * 1024;
const connectionWindow = 16 * 1024 * 1024;

/** One HTTP/2 connection, with many exchanges at a time. */
export class HTTP2Connection {
  readonly #options: HTTP2ConnectionOptions;
  readonly #socket: Socket;
  readonly #session: ClientHttp2Session;
  readonly #stopWatching: () => void;
  #idleTimer: NodeJS.Timeout | undefined;
  #running = 0;
  #served = 0;
  /** Why Node, or we, ended the session. */
  #fault: CodedError | undefined;
  #lastStream: number | undefined;

  private constructor(socket: Socket, options: HTTP2ConnectionOptions) {
    this.#options = options;
    this.#socket = socket;
    this.#session = newSession(socket, options);
    this.#session
      .on('error', (error) => (this.#fault ??= toCodedError(error)))
      .on('goaway', (_code, lastStream) => this.#retire(lastStream))
      .once('connect', (session) => session.setLocalWindowSize(connectionWindow))
      .once('close', () => this.#closed());
    const onDead = (): void => void this.destroy(newSilentError());
    this.#stopWatching = watchLiveness({ ...options, session: this.#session, socket, onDead });
  }

  /** Begins to speak HTTP/2 on a socket that is connected, and waits for the backend to say how many streams it takes. */
  static async open(socket: Socket, options: HTTP2ConnectionOptions): Promise<HTTP2Connection> {
    const { settings, connectMs, signal } = options;
    const connection = new HTTP2Connection(socket, options);
    const onAbort = (): void => void connection.destroy(signal.reason as Error);
    const timer = setTimeout(() => void connection.destroy(newBeginningFailure(settings, connectMs)), connectMs);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      await new Promise<void>((resolve, reject) => {
        connection.#session.once('remoteSettings', resolve).once('close', () => reject(connection.toError()));
      });
      connection.#rest();
      return connection;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** The last stream that the backend will look at, once it has said that it takes nothing new. */
  get lastStream(): number | undefined {
    return this.#lastStream;
  }

  /** Exchanges under way. */
  get running(): number {
    return this.#running;
  }

  get isOpen(): boolean {
    return !this.#session.destroyed && !this.#socket.destroyed;
  }

  /** Why the connection has ended: by what we know, or by what Node told a stream before it told us. */
  toError(told?: CodedError): Error {
    return toConnectionError(this.#fault ?? told);
  }

  /** Whether the backend has said that it takes nothing new, or has left. */
  get isRetired(): boolean {
    return this.#session.closed || !this.isOpen;
  }

  /** Whether another exchange can begin at once. */
  get hasRoom(): boolean {
    if (this.isRetired || this.#served >= maxServed) return false;
    return this.#running < Math.min(maxStreams, this.#session.remoteSettings.maxConcurrentStreams ?? maxStreams);
  }

  carry({ request, handler }: WaitingExchange, carrier: Carrier): void {
    this.#running++;
    this.#served++;
    clearTimeout(this.#idleTimer);
    const exchange = new HTTP2Exchange({
      session: this.#session,
      request,
      handler,
      maxHeadBytes: this.#options.maxHeadBytes,
      connection: this,
      onClosed: () => this.#release(),
    });
    exchange.start(carrier);
  }

  /** Ends the connection, and all that it carries with this error. */
  async destroy(reason?: Error): Promise<void> {
    if (this.#session.destroyed && this.#socket.destroyed) return;
    if (reason !== undefined) this.#fault ??= toCodedError(reason);
    const closed = new Promise<void>((resolve) => this.#session.once('close', resolve));
    this.#session.destroy();
    // A session that had been told to close would wait for the backend's end of it.
    this.#socket.destroySoon();
    const timer = setTimeout(() => this.#socket.destroy(), farewellMs);
    await closed;
    clearTimeout(timer);
  }

  #release(): void {
    this.#running--;
    if (this.#running > 0) return;
    this.#rest();
    this.#options.onIdle(this);
  }

  /** Nothing is under way: the connection stays for a while if it can be used again. */
  #rest(): void {
    if (this.#session.closed || this.#served >= maxServed) void this.destroy();
    else this.#idleTimer = setTimeout(() => void this.destroy(), this.#options.idleMs);
  }

  /** The backend takes nothing new. What it has begun it ends, unless Node has to end the session at once. */
  #retire(lastStream: number): void {
    this.#lastStream = lastStream;
    if (this.#running === 0) setImmediate(() => void this.destroy());
  }

  #closed(): void {
    clearTimeout(this.#idleTimer);
    this.#stopWatching();
    this.#options.onClosed(this);
  }
}

function newSession(socket: Socket, { settings, maxHeadBytes }: HTTP2ConnectionOptions): ClientHttp2Session {
  const options: SecureClientSessionOptions & { readonly strictSingleValueFields: boolean } = {
    createConnection: () => socket,
    // Lines that a client repeats are passed on as they are. Not yet among the types.
    strictSingleValueFields: false,
    maxSendHeaderBlockLength: 2 * maxRequestHeadBytes,
    maxHeaderListPairs: 4_000,
    maxSessionMemory: 64,
    maxSettings: 32,
    settings: { enablePush: false, initialWindowSize: streamWindow, maxHeaderListSize: maxHeadBytes },
  };
  return connect(toOrigin(settings), options);
}
