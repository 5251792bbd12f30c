import { setMaxListeners } from 'node:events';
import type { LookupFunction } from 'node:net';
import type { RequestContext } from '../../apiserver/request-context.ts';
import { answerStatus, toStatusError } from './answer-failure.ts';
import type { BackendFailure } from './backend-failure.ts';
import { isClientGone } from './client-response.ts';
import { ConnectionPool } from './connection-pool.ts';
import { newDial, type OnCertificate } from './dial.ts';
import { newClosingFailure } from './exchange-failure.ts';
import { Gate } from './gate.ts';
import type {
  OpenConnections,
  Outcome,
  OwnRequest,
  OwnResponse,
  RoundTripOptions,
  Transport,
  TransportSettings,
  UpgradeRequest,
} from './interface.ts';
import { fetchOwn } from './own-request.ts';
import { MalformedConnections } from './malformed-connections.ts';
import { RetryBudget } from './retry-budget.ts';
import { type Backend, roundTrip } from './round-trip.ts';
import { answerStatusOnSocket } from './socket-answer.ts';
import type { TrustedProxies } from './trusted-proxies.ts';
import { defaultUpgradeProtocols, upgrade, type UpgradeBackend } from './upgrade.ts';
import { WebSocketProxy } from './upgrade-websocket.ts';

/** Limits of a transport, in milliseconds, bytes and connections. */
export interface TransportOptions {
  /** For a connection and its TLS handshake together; 3 seconds. */
  readonly connectMs?: number;
  /** For the answer to an upgrade; 30 seconds. */
  readonly upgradeMs?: number;
  /** For silence in a tunnel with one end closed; a minute. */
  readonly halfClosedMs?: number;
  /** For silence in a tunnel; four hours, as a kubelet has it. */
  readonly tunnelIdleMs?: number;
  /** Protocols that a connection may be upgraded to, in lower case; `websocket` and `spdy/3.1`. */
  readonly upgradeProtocols?: readonly string[];
  /** Whether HTTP/2 is offered to the backend, where there is TLS; it is. */
  readonly http2?: boolean;
  /** For silence of an HTTP/2 connection, after which the backend is asked whether it is there; 30 seconds. */
  readonly pingAfterMs?: number;
  /** For any sign of life then; 15 seconds. */
  readonly pingTimeoutMs?: number;
  /** For an idle connection of whose life the backend says nothing; 30 seconds. */
  readonly idleMs?: number;
  /** Connections that are kept idle; 100. */
  readonly maxIdle?: number;
  /** For the head of an answer; 256 KiB. */
  readonly maxHeadBytes?: number;
  /** Ordinary requests that the backend may have at a time; 500. Watches, streams and tunnels do not count. */
  readonly maxRunning?: number;
  /** Requests that wait for their turn; 500. */
  readonly maxQueued?: number;
  /** For the wait; 10 seconds. */
  readonly queueMs?: number;
  /** Clients that are believed about where a request came from; nobody. */
  readonly trustedProxies?: TrustedProxies;
  /** Who knows the addresses of names; the operating system. */
  readonly lookup?: LookupFunction;
  /** Hears of each certificate that the backend shows. */
  readonly onCertificate?: OnCertificate;
}

/** Opens the ways to one backend address. Throws when the CA bundle or the client certificate cannot be used. */
export function newTransport(settings: TransportSettings, options: TransportOptions = {}): Transport {
  return new BackendTransport(settings, options);
}

class BackendTransport implements Transport {
  readonly settings: TransportSettings;
  readonly #backend: Backend;
  readonly #upgrades: UpgradeBackend;
  readonly #gate: Gate;
  readonly #ended = new AbortController();
  #running = 0;
  #closing = false;
  #onIdle: (() => void)[] = [];

  constructor(settings: TransportSettings, options: TransportOptions) {
    const { connectMs = 3_000, idleMs = 30_000, maxIdle = 100, maxHeadBytes = 256 * 1024 } = options;
    const { lookup, onCertificate } = options;
    const dial = newDial(settings, { timeoutMs: connectMs, onCertificate, lookup });
    this.settings = settings;
    // One listener for each tunnel.
    setMaxListeners(0, this.#ended.signal);
    const { pingAfterMs = 30_000, pingTimeoutMs = 15_000 } = options;
    const pings = { pingAfterMs, pingTimeoutMs };
    const http2 = options.http2 !== false && settings.scheme !== 'http';
    const { trustedProxies, maxRunning = 500, maxQueued = 500, queueMs = 10_000 } = options;
    this.#gate = new Gate(settings, { maxRunning, maxQueued, queueMs });
    this.#backend = {
      settings,
      budget: new RetryBudget(),
      malformed: new MalformedConnections(),
      trustedProxies,
      pool: new ConnectionPool({ settings, dial, http2, connectMs, idleMs, maxIdle, maxHeadBytes, ...pings }),
    };
    this.#upgrades = {
      settings,
      trustedProxies,
      dial,
      webSockets: new WebSocketProxy(settings),
      answerMs: options.upgradeMs ?? 30_000,
      halfClosedMs: options.halfClosedMs ?? 60_000,
      tunnelIdleMs: options.tunnelIdleMs ?? 4 * 60 * 60_000,
      protocols: options.upgradeProtocols ?? defaultUpgradeProtocols,
      signal: this.#ended.signal,
    };
  }

  get connections(): OpenConnections {
    return this.#backend.pool.connections;
  }

  roundTrip(context: RequestContext, options: RoundTripOptions): Promise<Outcome> {
    if (this.#closing) return Promise.resolve(this.#refuse(context, options));
    return this.#run(() => this.#gate.pass(context, options, (limits) => roundTrip(this.#backend, context, limits)));
  }

  upgrade(context: RequestContext, client: UpgradeRequest): Promise<Outcome> {
    if (this.#closing) return Promise.resolve(this.#refuse(context, client, client));
    return this.#run(() => upgrade(this.#upgrades, context, client));
  }

  fetch(request: OwnRequest): Promise<OwnResponse> {
    if (this.#closing) return Promise.reject(this.#closingFailure());
    return this.#run(() => fetchOwn(this.#backend, request));
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#idle();
    await this.#backend.pool.destroy(this.#closingFailure());
  }

  async destroy(): Promise<void> {
    this.#closing = true;
    this.#ended.abort(this.#closingFailure());
    await this.#backend.pool.destroy(this.#closingFailure());
    await this.#idle();
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      if (this.#running === 0) for (const wake of this.#onIdle.splice(0)) wake();
    }
  }

  #idle(): Promise<void> {
    return this.#running === 0 ? Promise.resolve() : new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /** Answers a request that comes too late. */
  #refuse(context: RequestContext, { handBack }: RoundTripOptions, client?: UpgradeRequest): Outcome {
    const failure = this.#closingFailure();
    if (handBack === true) return { kind: 'not-sent', status: 0, failure };
    const { status } = toStatusError(failure);
    const gone = client === undefined ? isClientGone(context.response) : client.socket.destroyed;
    if (gone) return { kind: 'client-left', status: 0 };
    if (client === undefined) answerStatus(context, status);
    else answerStatusOnSocket(context, client.socket, status);
    return { kind: 'completed', status: status.code ?? 0, failure };
  }

  #closingFailure(): BackendFailure {
    return newClosingFailure(this.settings);
  }
}
