import type { Socket } from 'node:net';
import { type buildConnector, Client, type Dispatcher } from 'undici';
import { toOrigin } from './authority.ts';
import type { BackendFailure } from './backend-failure.ts';
import type { Carrier, WaitingExchange } from './carrier.ts';
import type { Dial } from './dial.ts';
import type { Opening } from './exchange-trace.ts';
import type { TransportSettings } from './interface.ts';

/** What a connection is made of. */
export interface HTTP1ConnectionOptions {
  readonly settings: TransportSettings;
  readonly dial: Dial;
  /** Milliseconds after which an idle connection is closed, unless the backend names another time. */
  readonly idleMs: number;
  readonly maxHeadBytes: number;
  readonly signal: AbortSignal;
  /** The connection has carried an exchange to its end. */
  readonly onFree: (connection: HTTP1Connection) => void;
  /** The connection has ended. */
  readonly onClosed: (connection: HTTP1Connection) => void;
}

/** A socket that has been dialled. */
export interface DialledSocket {
  readonly socket: Socket;
  readonly opening: Opening | undefined;
}

/** One HTTP/1.1 connection: an undici client that carries one exchange at a time, and dials again if need be. */
export class HTTP1Connection {
  readonly #options: HTTP1ConnectionOptions;
  readonly #client: Client;
  /** Dialled already, and not used yet. */
  #dialled: DialledSocket | undefined;
  #socket: Socket | undefined;
  #opening: Opening | undefined;
  #served = 0;

  constructor(options: HTTP1ConnectionOptions, dialled: DialledSocket) {
    this.#options = options;
    this.#dialled = dialled;
    this.#client = new Client(toOrigin(options.settings), {
      connect: (_options, callback) => void this.#connect(callback),
      pipelining: 1,
      allowH2: false,
      maxHeaderSize: options.maxHeadBytes,
      keepAliveTimeout: options.idleMs,
      // Watches are silent for hours. Who cannot wait says so per exchange.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    this.#client.on('disconnect', () => options.onClosed(this));
  }

  get isOpen(): boolean {
    return this.#socket !== undefined && !this.#socket.destroyed;
  }

  carry({ request, handler }: WaitingExchange): void {
    const begin = (): Carrier => {
      const reused = this.#served++ > 0;
      return { reused, opening: reused ? undefined : this.#opening };
    };
    this.#client.dispatch(request, new Lease(handler, { begin, release: () => this.#options.onFree(this) }));
  }

  /** Ends the connection, and what it carries with this error. */
  async destroy(reason?: Error): Promise<void> {
    this.#dialled?.socket.destroy();
    await this.#client.destroy(reason ?? null);
  }

  async #connect(callback: buildConnector.Callback): Promise<void> {
    try {
      const { socket, opening } = await this.#dial();
      this.#socket = socket;
      this.#opening = opening;
      this.#served = 0;
      callback(null, socket);
    } catch (error) {
      callback(error as BackendFailure, null);
    }
  }

  async #dial(): Promise<DialledSocket> {
    const dialled = this.#dialled;
    this.#dialled = undefined;
    if (dialled !== undefined && !dialled.socket.destroyed) return dialled;
    const { dial, signal } = this.#options;
    let opening: Opening | undefined;
    const socket = await dial({ signal, onOpened: (took) => (opening = took) });
    return { socket, opening };
  }
}

interface LeaseTerms {
  readonly begin: () => Carrier;
  readonly release: () => void;
}

/** Hands the connection back when its exchange is over. */
class Lease implements Dispatcher.DispatchHandler {
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #terms: LeaseTerms;

  constructor(handler: Dispatcher.DispatchHandler, terms: LeaseTerms) {
    this.#handler = handler;
    this.#terms = terms;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#handler.onRequestStart?.(controller, this.#terms.begin());
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
    queueMicrotask(this.#terms.release);
  }
}
