import { createSecureServer } from 'node:http2';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { ProxyEngine, Outcome, RoundTripOptions } from '../aggregator/proxy/interface.ts';
import type { RawRequest, RawResponse, RequestContext } from '../apiserver/request-context.ts';
import type { UserInfo } from '../apiserver/user-info.ts';
import type { CertificatePair } from '../pki/certificate-pair.ts';

/** What a front hands its engine with each request. */
export interface ProxyFrontOptions {
  readonly serving: Pick<CertificatePair, 'certPEM' | 'keyPEM'>;
  /** Asked for each request, so that it can be exchanged between two. */
  readonly engine: () => ProxyEngine;
  readonly user?: UserInfo;
  readonly options?: RoundTripOptions;
  readonly warnings?: readonly string[];
}

/** A TLS listener that hands every request to a proxy engine: the gateway without everything else. */
export interface ProxyFront {
  readonly port: number;
  /** Outcomes, in the order in which the exchanges ended. */
  readonly outcomes: readonly Outcome[];
  /** Resolves with the outcome of the exchange that ends next, or with one that nobody has asked for yet. */
  nextOutcome(): Promise<Outcome>;
  /** Aborts the signal of all requests, as a server does that stops. */
  stop(reason?: unknown): void;
  close(): Promise<void>;
}

/** The user that a front vouches for unless told otherwise. */
export const alice: UserInfo = {
  name: 'alice',
  uid: 'u-1',
  groups: ['dev', 'system:authenticated'],
  extra: { scopes: ['read', 'write'] },
};

/** Listens on a free port of 127.0.0.1 for HTTP/1.1 and HTTP/2. */
export async function startProxyFront(front: ProxyFrontOptions): Promise<ProxyFront> {
  const outcomes: Outcome[] = [];
  const waiting: ((outcome: Outcome) => void)[] = [];
  let taken = 0;
  const stopping = new AbortController();
  const settle = (outcome: Outcome): void => {
    outcomes.push(outcome);
    const waiter = waiting.shift();
    if (waiter === undefined) return;
    taken++;
    waiter(outcome);
  };
  const server = createSecureServer({
    allowHTTP1: true,
    cert: front.serving.certPEM,
    key: front.serving.keyPEM,
    maxHeaderListPairs: 2_000,
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', ignore).once('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', ignore).on('session', (session) => session.on('error', ignore));
  const serve = (request: RawRequest, response: RawResponse): void => {
    const context = newContext(front, { request, response, ...newSignal(stopping.signal, response) });
    void front
      .engine()
      .roundTrip(context, front.options ?? {})
      .then(settle);
  };
  server.on('request', serve).on('checkContinue', serve);
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const response = undefined as unknown as RawResponse;
    const context = newContext(front, { request, response, signal: stopping.signal, abort: ignore });
    void front.engine().upgrade(context, { socket, head }).then(settle);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    outcomes,
    nextOutcome: () =>
      new Promise((resolve) => {
        const known = outcomes[taken];
        if (known === undefined) waiting.push(resolve);
        else {
          taken++;
          resolve(known);
        }
      }),
    stop: (reason) => stopping.abort(reason),
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

type Connected = Pick<RequestContext, 'request' | 'response' | 'signal' | 'abort'>;

function newContext(
  { user, warnings }: ProxyFrontOptions,
  { request, response, signal, abort }: Connected,
): RequestContext {
  const target = request.url ?? '';
  const path = target.split('?', 1)[0] ?? '';
  return {
    request,
    response,
    signal,
    abort,
    method: request.method ?? '',
    target,
    path,
    query: new URLSearchParams(target.slice(path.length)),
    receivedAt: Date.now(),
    auditID: 'audit-1',
    info: {
      isResourceRequest: false,
      path,
      verb: (request.method ?? '').toLowerCase(),
      apiPrefix: '',
      apiGroup: '',
      apiVersion: '',
      namespace: '',
      resource: '',
      subresource: '',
      name: '',
      parts: [],
      fieldSelector: '',
      labelSelector: '',
    },
    user: user ?? alice,
    warnings: [...(warnings ?? [])],
  };
}

function newSignal(stopping: AbortSignal, response: RawResponse): Pick<Connected, 'signal' | 'abort'> {
  const controller = new AbortController();
  const abort = (): void => controller.abort(stopping.reason);
  stopping.addEventListener('abort', abort);
  response.once('close', () => {
    stopping.removeEventListener('abort', abort);
    if (!response.writableFinished) controller.abort();
  });
  return { signal: controller.signal, abort };
}

function ignore(): void {}
