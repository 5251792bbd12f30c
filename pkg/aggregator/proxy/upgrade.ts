import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { newServiceUnavailable } from '../../apimachinery/errors/constructors.ts';
import { isStatusError } from '../../apimachinery/errors/status-error.ts';
import type { RequestContext } from '../../apiserver/request-context.ts';
import { toStatusError, toUpgradeError } from './answer-failure.ts';
import { toAuthority, toBackendTarget } from './authority.ts';
import { BackendFailure } from './backend-failure.ts';
import type { Dial } from './dial.ts';
import type { Opening } from './exchange-trace.ts';
import { newAnswerFailure, newClosedFailure, newTimeoutFailure, toExchangeFailure } from './exchange-failure.ts';
import type { Outcome, TransportSettings, UpgradeRequest } from './interface.ts';
import { toResponseHead } from './response-head.ts';
import { answerStatusOnSocket, closeGently, writeSocketHead } from './socket-answer.ts';
import type { TrustedProxies } from './trusted-proxies.ts';
import { guardTunnel } from './tunnel.ts';
import type { SwitchedAnswer, UpgradeAttempt, UpgradeQuestion } from './upgrade-attempt.ts';
import { startTunnel } from './upgrade-tunnel.ts';
import type { WebSocketProxy } from './upgrade-websocket.ts';
import { isWebSocket, offeredProtocols, toUpgradeHeaders } from './upgrade-request.ts';

/** What all upgrades to one backend share. */
export interface UpgradeBackend {
  readonly settings: TransportSettings;
  readonly dial: Dial;
  readonly webSockets: WebSocketProxy;
  /** Milliseconds until the backend must have answered. */
  readonly answerMs: number;
  /** Milliseconds for which a tunnel with one end closed may be silent. */
  readonly halfClosedMs: number;
  /** Milliseconds for which a tunnel may be silent. */
  readonly tunnelIdleMs: number;
  /** Protocols that are carried, in lower case. */
  readonly protocols: readonly string[];
  readonly trustedProxies: TrustedProxies | undefined;
  /** Ends all upgrades and tunnels. */
  readonly signal: AbortSignal;
}

/**
 * Asks a backend for another protocol on behalf of a client, and joins the two when it agrees (Go: `UpgradeAwareHandler`).
 * Only a 101 for the protocol that was asked for opens a tunnel, so that nobody keeps a way past the gateway after a refusal
 * (CVE-2018-1002105) and no answer can send the client elsewhere (CVE-2020-8559). Never rejects.
 */
export function upgrade(backend: UpgradeBackend, context: RequestContext, client: UpgradeRequest): Promise<Outcome> {
  return new UpgradeExchange(backend, context, client).run();
}

/** What connections may be used for beside HTTP: what kubectl and its kin ask for (exec, attach, portforward, proxy). */
export const defaultUpgradeProtocols: readonly string[] = ['websocket', 'spdy/3.1'];

class UpgradeExchange {
  readonly #backend: UpgradeBackend;
  readonly #context: RequestContext;
  readonly #client: UpgradeRequest;
  /** Aborted when there is no use in going on: client gone, server stopping, time over. */
  readonly #ended = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  /** Whether a byte of the request may have left. */
  #sent = false;

  constructor(backend: UpgradeBackend, context: RequestContext, client: UpgradeRequest) {
    this.#backend = backend;
    this.#context = context;
    this.#client = client;
  }

  async run(): Promise<Outcome> {
    const { settings, answerMs } = this.#backend;
    const socket = this.#client.socket as Socket;
    socket.on('error', ignore).setNoDelay(true).setKeepAlive(true, keepAliveMs).setTimeout(0);
    // A listener for HTTP/2 and HTTP/1.1 together ends connections whose client has ended its side; a tunnel must not.
    socket.allowHalfOpen = true;
    const forget = this.#watch();
    this.#timer = setTimeout(() => this.#ended.abort(newTimeoutFailure(settings, answerMs)), answerMs);
    try {
      return await this.#attempt();
    } catch (error) {
      if (this.#ended.signal.aborted) return this.#answerError(this.#ended.signal.reason);
      if (this.#client.handBack === true && !this.#sent && error instanceof BackendFailure)
        return { kind: 'not-sent', status: 0, failure: error };
      return this.#answerError(error);
    } finally {
      clearTimeout(this.#timer);
      forget();
    }
  }

  /** Ties the attempt to the client's connection and to those who may end it. Returns the way to untie it. */
  #watch(): () => void {
    const { socket } = this.#client;
    const end = (): void => this.#ended.abort(newServiceUnavailable('the server is shutting down'));
    const signals = [this.#context.signal, this.#backend.signal];
    socket.on('close', end);
    for (const signal of signals) signal.addEventListener('abort', end);
    if (socket.destroyed || signals.some((signal) => signal.aborted)) end();
    return () => {
      socket.off('close', end);
      for (const signal of signals) signal.removeEventListener('abort', end);
    };
  }

  /** Notices a client that ends its side while it waits: a socket tells only those who try to read. */
  #watchForEnd(): () => void {
    const { socket } = this.#client;
    const onReadable = (): void => {
      if (socket.readableLength === 0) socket.read();
    };
    const onEnd = (): void => void socket.destroy();
    socket.on('readable', onReadable).on('end', onEnd);
    return () => socket.off('readable', onReadable).off('end', onEnd);
  }

  async #attempt(): Promise<Outcome> {
    const { settings, trustedProxies, protocols } = this.#backend;
    const offered = offeredProtocols(this.#context, protocols);
    const asked = offered.map((name) => name.toLowerCase());
    const lines = toUpgradeHeaders(this.#context, { authority: toAuthority(settings), trustedProxies });
    lines.push('Upgrade', offered.join(', '));
    const { attempt, answer, backend } = await this.#ask(lines, isWebSocket(this.#context, asked));
    clearTimeout(this.#timer);
    this.#client.trace?.answered();
    try {
      return 'socket' in answer
        ? await this.#switch(attempt, answer, asked)
        : await this.#passRefusal(answer.response, backend);
    } finally {
      this.#account(backend);
      backend.destroy();
    }
  }

  #account({ bytesRead, bytesWritten }: Socket): void {
    const { trace } = this.#client;
    if (trace === undefined) return;
    trace.responseBytes = bytesRead;
    trace.requestBytes = bytesWritten;
    trace.ended();
  }

  /** Sends the question and waits for the head of the answer. */
  async #ask(lines: readonly string[], webSocket: boolean): Promise<Asked> {
    const { dial, webSockets } = this.#backend;
    const forget = this.#watchForEnd();
    let backend: Socket | undefined;
    try {
      const proxy = webSocket ? await webSockets.load() : undefined;
      const onOpened = (opening: Opening): void => this.#client.trace?.begun(opening);
      backend = await dial({ signal: this.#ended.signal, allowHalfOpen: true, onOpened });
      this.#sent = true;
      const target = toBackendTarget(this.#backend.settings, this.#context.target);
      const question: UpgradeQuestion = { context: this.#context, target, lines, client: this.#client, backend };
      const attempt = proxy === undefined ? startTunnel(question) : webSockets.start(proxy, question);
      return { attempt, answer: await receiveAnswer(attempt, this.#ended.signal), backend };
    } catch (error) {
      backend?.destroy();
      throw error;
    } finally {
      forget();
    }
  }

  async #switch(attempt: UpgradeAttempt, answer: SwitchedAnswer, asked: readonly string[]): Promise<Outcome> {
    const { settings } = this.#backend;
    const { response, socket } = answer;
    const protocol = response.headers.upgrade ?? '';
    if (!asked.includes(protocol.toLowerCase())) {
      throw newAnswerFailure(settings, {
        step: 'status',
        code: 'OTHER_PROTOCOL',
        expected: `the protocol ${asked.join(' or ')}`,
        seen: `protocol ${JSON.stringify(protocol)} instead of ${asked.join(' or ')}`,
        hint: 'Let the service switch to the protocol that the client asked for, or refuse.',
      });
    }
    const { lines } = toResponseHead(this.#context, { status: 101, reason: '', lines: [...response.rawHeaders] });
    const closed = guardTunnel(this.#client.socket, socket, this.#backend);
    const cut = (): void => void socket.destroy();
    this.#ended.signal.addEventListener('abort', cut, { once: true });
    attempt.accept(answer, [...lines, 'Connection', 'Upgrade', 'Upgrade', protocol]);
    await closed;
    return { kind: 'completed', status: 101 };
  }

  /** Passes on what a backend says instead of switching: its refusal with the body, and nothing else. */
  async #passRefusal(response: IncomingMessage, backend: Socket): Promise<Outcome> {
    const { socket } = this.#client;
    const status = response.statusCode ?? 0;
    if (status < 400) {
      throw newAnswerFailure(this.#backend.settings, {
        step: 'status',
        code: 'NOT_SWITCHED',
        expected: 'status 101, or 400 and above',
        seen: `status code ${status}`,
        hint: 'Let the service switch protocols on this path, or refuse with an error.',
      });
    }
    const reason = response.statusMessage ?? '';
    const head = toResponseHead(this.#context, { status, reason, lines: [...response.rawHeaders] });
    writeSocketHead(socket, { ...head, lines: [...head.lines, 'Connection', 'close'] });
    backend.setTimeout(refusalMs, () => backend.destroy());
    (socket as Socket).setTimeout(refusalMs, () => socket.destroy());
    response.pipe(socket, { end: false });
    await new Promise<void>((resolve) => {
      response.on('error', ignore).once('close', resolve);
      socket.once('close', resolve);
    });
    if (socket.destroyed) return { kind: 'client-left', status };
    if (response.complete) {
      closeGently(socket);
      return { kind: 'completed', status };
    }
    socket.destroy();
    return { kind: 'backend-failed', status, failure: newClosedFailure(this.#backend.settings) };
  }

  #answerError(error: unknown): Outcome {
    const { socket } = this.#client;
    if (socket.destroyed) return { kind: 'client-left', status: 0 };
    if (isStatusError(error)) {
      answerStatusOnSocket(this.#context, socket, error.status);
      return { kind: 'completed', status: error.code };
    }
    const failure = toExchangeFailure(error, this.#backend.settings);
    const { status } = failure.step === 'status' ? toUpgradeError(failure) : toStatusError(failure);
    answerStatusOnSocket(this.#context, socket, status);
    return { kind: 'backend-failed', status: status.code ?? 0, failure };
  }
}

/** After this much silence the kernel asks whether the client is still there: a tunnel has no other way to know. */
const keepAliveMs = 15_000;

/** Milliseconds for which the body of a refusal may stand still. */
const refusalMs = 10_000;

type Answer = SwitchedAnswer | { readonly response: IncomingMessage };

interface Asked {
  readonly attempt: UpgradeAttempt;
  readonly answer: Answer;
  readonly backend: Socket;
}

/** Waits for the head of the final answer. */
function receiveAnswer({ request }: UpgradeAttempt, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const abort = (): void => void request.destroy();
    const settle = (action: () => void): void => {
      signal.removeEventListener('abort', abort);
      action();
    };
    request.on('upgrade', (response: IncomingMessage, socket: Duplex, head: Buffer) =>
      settle(() => resolve({ response, socket, head })),
    );
    request.on('response', (response) => settle(() => resolve({ response })));
    request.on('error', (error) => settle(() => reject(error)));
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
  });
}

function ignore(): void {}
