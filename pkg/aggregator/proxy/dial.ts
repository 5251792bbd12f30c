import { X509Certificate } from 'node:crypto';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTLS, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { parseCertificates } from '../../pki/pem.ts';
import { checkServerNames } from '../../pki/server-names.ts';
import type { BackendFailure } from './backend-failure.ts';
import { toDialFailure } from './dial-failure.ts';
import type { Opening } from './exchange-trace.ts';
import type { TransportSettings } from './interface.ts';

/** Opens a verified TLS connection, or a plain one where the settings say so; rejects with a `BackendFailure`. */
export type Dial = (options: DialOptions) => Promise<Socket>;

/** How one connection is opened. */
export interface DialOptions {
  readonly signal: AbortSignal;
  /** Whether HTTP/2 is offered beside HTTP/1.1; the socket's `alpnProtocol` tells what the backend chose. */
  readonly http2?: boolean;
  /** Whether our end stays open when the backend has ended its own, as tunnels need it. */
  readonly allowHalfOpen?: boolean;
  /** Called, right before the connection is handed over, with what it took to open it. */
  readonly onOpened?: (opening: Opening) => void;
}

/** How connections to a backend are opened. */
export interface WayOptions {
  /** For the connection and the handshake together. */
  readonly timeoutMs: number;
  readonly onCertificate?: OnCertificate | undefined;
  /** Who knows the addresses of names; the operating system. */
  readonly lookup?: LookupFunction | undefined;
}

/** Takes the end of the validity of a certificate that a backend showed, whether it is trusted or not: milliseconds since the epoch. */
export type OnCertificate = (notAfter: number) => void;

/** After this much silence the kernel asks whether the backend is still there, and gives up ten seconds later (libuv). */
const keepAliveMs = 5_000;

/**
 * Makes the way to one backend. Throws when the CA bundle or the client certificate cannot be used. The time limit is for the
 * connection and the handshake together, so that a backend that accepts and then stays silent holds nobody up.
 */
export function newDial(settings: TransportSettings, { timeoutMs, onCertificate, lookup }: WayOptions): Dial {
  const way: Way = { settings, secureContext: newSecureContext(settings), lookup };
  return (options) =>
    new Promise((resolve, reject) => {
      const attempt = new DialAttempt(way, options);
      attempt.run({ timeoutMs, resolve, reject, onCertificate });
    });
}

function newSecureContext({ ca, clientCertificate }: TransportSettings): SecureContext {
  return createSecureContext({
    // Never empty text: Node would take it for "the usual public roots".
    ca: ca.trim() === '' ? [] : parseCertificates(ca).map((certificate) => certificate.toString()),
    // As in Go, a certificate of the bundle is trusted even when it is no root itself.
    allowPartialTrustChain: true,
    minVersion: 'TLSv1.2',
    ...clientCertificate,
  });
}

/** The name that is sent as SNI: the first that is a DNS name, because SNI cannot hold an address (RFC 6066 3). */
export function toServerName(serverNames: readonly string[]): string | undefined {
  return serverNames.find((name) => name !== '' && isIP(name) === 0);
}

interface Way {
  readonly settings: TransportSettings;
  readonly secureContext: SecureContext;
  readonly lookup: LookupFunction | undefined;
}

/** Begins to connect; sockets without TLS are ready as soon as they are connected. */
function startConnection(
  { settings, secureContext, lookup }: Way,
  { allowHalfOpen = false, http2 = false }: DialOptions,
): Socket {
  const { host, port, ip = host, socketPath, scheme, serverNames, insecureSkipTLSVerify } = settings;
  const place = {
    ...(socketPath === undefined ? { host: ip, port } : { path: socketPath }),
    ...(lookup !== undefined && { lookup }),
    allowHalfOpen,
  };
  if (scheme === 'http') return connect(place);
  const servername = toServerName(serverNames);
  return connectTLS({
    ...place,
    secureContext,
    ALPNProtocols: http2 ? ['h2', 'http/1.1'] : ['http/1.1'],
    rejectUnauthorized: !insecureSkipTLSVerify,
    checkServerIdentity: (_host, certificate) => checkServerNames(certificate, serverNames),
    // Sessions are not resumed: every connection proves the certificate, its dates and names anew, and shows ours.
    ...(servername === undefined ? {} : { servername }),
  });
}

interface DialRun {
  readonly timeoutMs: number;
  readonly resolve: (socket: Socket) => void;
  readonly reject: (failure: BackendFailure) => void;
  readonly onCertificate: OnCertificate | undefined;
}

class DialAttempt {
  readonly #settings: TransportSettings;
  readonly #signal: AbortSignal;
  readonly #socket: Socket;
  readonly #onOpened: DialOptions['onOpened'];
  readonly #startedAt: number = performance.now();
  #connectedAt = this.#startedAt;
  #step: 'connect' | 'tls' = 'connect';
  /** The backend's certificate in DER. */
  #peer: Buffer | undefined;

  constructor(way: Way, options: DialOptions) {
    this.#settings = way.settings;
    this.#signal = options.signal;
    this.#onOpened = options.onOpened;
    this.#socket = startConnection(way, options);
    this.#socket.setNoDelay(true).setKeepAlive(true, keepAliveMs);
  }

  run({ timeoutMs, resolve, reject, onCertificate }: DialRun): void {
    const socket = this.#socket;
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      this.#signal.removeEventListener('abort', onAbort);
      socket.off('error', onError).on('error', ignore);
      settle();
    };
    const onError = (error: unknown): void => end(() => reject(this.#toFailure(error, timeoutMs)));
    const onAbort = (): void => {
      socket.destroy();
      onError(this.#signal.reason);
    };
    const timer = setTimeout(() => {
      socket.destroy();
      onError(Object.assign(new Error('timed out'), { code: 'TIMEOUT' }));
    }, timeoutMs);
    socket.once('connect', () => {
      this.#step = 'tls';
      this.#connectedAt = performance.now();
    });
    // Before Node's own listener, which throws the connection away if it does not trust the certificate, and the certificate with it.
    // In its object form: after `getPeerX509Certificate` Node's own check would find no certificate.
    socket.prependOnceListener('secure', () => {
      const { raw, valid_to: notAfter } = (socket as TLSSocket).getPeerCertificate();
      this.#peer = raw;
      if (raw !== undefined) onCertificate?.(Date.parse(notAfter));
    });
    socket.once(this.#settings.scheme === 'http' ? 'connect' : 'secureConnect', () => {
      const tlsMs = performance.now() - this.#connectedAt;
      this.#onOpened?.({ connectMs: this.#connectedAt - this.#startedAt, tlsMs });
      end(() => resolve(socket));
    });
    socket.on('error', onError);
    this.#signal.addEventListener('abort', onAbort, { once: true });
    if (this.#signal.aborted) onAbort();
  }

  #toFailure(error: unknown, timeoutMs: number): BackendFailure {
    // No `raw` at all, against its type, when there was no certificate.
    const peer = this.#peer === undefined ? undefined : new X509Certificate(this.#peer);
    return toDialFailure(error, { settings: this.#settings, step: this.#step, peer, timeoutMs });
  }
}

/** Whoever takes the socket over listens for itself; an error in between must not end the process. */
function ignore(): void {}
