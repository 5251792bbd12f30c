import type { ClientRequest, IncomingMessage } from 'node:http';
import { request as sendRequest } from 'node:https';
import type { Dispatcher } from 'undici';
import { type CodedError, toCodedError } from './coded-error.ts';
import type { WaitingExchange } from './carrier.ts';
import { groupLines, type HeaderLines } from './headers.ts';
import type { DialledSocket } from './http1-connection.ts';
import { SocketAgent } from './upgrade-attempt.ts';
import type { Upload } from './upload.ts';

/** What an exchange with request trailers needs beside the request. */
export interface TrailersOptions extends DialledSocket {
  readonly maxHeadBytes: number;
  /** Ends the exchange, with its reason. */
  readonly signal: AbortSignal;
}

/**
 * Carries an exchange whose request has trailers over HTTP/1.1, on a connection that is closed afterwards. undici cannot send
 * trailers; Node's own client can.
 */
export function carryWithTrailers({ request, handler }: WaitingExchange, options: TrailersOptions): void {
  const { body } = request;
  if (body === null) throw new Error('a request without a body has no trailers');
  const { socket, maxHeadBytes } = options;
  const sent = sendRequest({
    agent: new SocketAgent(socket),
    method: request.method,
    path: request.path,
    headers: [...withoutLength(request.headers), 'Transfer-Encoding', 'chunked', 'Connection', 'close'],
    setDefaultHeaders: false,
    maxHeaderSize: maxHeadBytes,
  });
  new TrailersExchange(handler, { request: sent, body, options }).start();
}

function toPairs(lines: HeaderLines): [string, string][] {
  return groupLines(lines).flatMap(([name, values]) => values.map((value): [string, string] => [name, value]));
}

/** Trailers follow chunks only, which say themselves where they end. */
function withoutLength(lines: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < lines.length; index += 2) {
    const name = lines[index] ?? '';
    if (name.toLowerCase() !== 'content-length') kept.push(name, lines[index + 1] ?? '');
  }
  return kept;
}

interface TrailersParts {
  readonly request: ClientRequest;
  readonly body: Upload;
  readonly options: TrailersOptions;
}

/** One exchange by Node's client, told to a handler as undici tells of it. */
class TrailersExchange implements Dispatcher.DispatchController {
  rawHeaders: string[] = [];
  rawTrailers: string[] = [];
  aborted = false;
  paused = false;
  reason: Error | null = null;
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #parts: TrailersParts;
  #response: IncomingMessage | undefined;
  #heard = false;
  #over = false;
  #error: CodedError | undefined;

  readonly #onAbort = (): void => this.#fail(this.#parts.options.signal.reason as Error);

  constructor(handler: Dispatcher.DispatchHandler, parts: TrailersParts) {
    this.#handler = handler;
    this.#parts = parts;
  }

  start(): void {
    const { request, options } = this.#parts;
    request
      .on('information', ({ statusCode, rawHeaders }) => this.#tellHead(statusCode, rawHeaders))
      .on('response', (response) => this.#begin(response))
      .on('error', (error) => this.#fail(error))
      .once('close', () => this.#close());
    options.signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#handler.onRequestStart?.(this, { reused: false, opening: options.opening });
    if (!this.#over) this.#send();
  }

  abort(reason: Error): void {
    this.aborted = true;
    this.reason = reason;
    this.#fail(reason);
  }

  pause(): void {
    this.paused = true;
    this.#response?.pause();
  }

  resume(): void {
    this.paused = false;
    this.#response?.resume();
  }

  #send(): void {
    const { request, body } = this.#parts;
    body
      .on('data', (chunk: Buffer) => {
        if (!request.write(chunk)) body.pause();
      })
      .once('error', (error) => this.#fail(error))
      .once('end', () => this.#finish());
    request.on('drain', () => body.resume());
  }

  #finish(): void {
    const { request, body } = this.#parts;
    try {
      request.addTrailers(toPairs(body.trailers));
      request.end();
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #begin(response: IncomingMessage): void {
    this.#response = response;
    this.#tellHead(response.statusCode ?? 0, response.rawHeaders, response.statusMessage);
    response
      .on('data', (chunk: Buffer) => this.#over || this.#handler.onResponseData?.(this, chunk))
      .on('error', (error) => (this.#error ??= toCodedError(error)))
      .on('end', () => this.#succeed(response))
      .once('close', () => this.#close());
  }

  #tellHead(status: number, rawHeaders: string[], reason?: string): void {
    if (this.#over) return;
    if (!this.#heard) this.#handler.onResponseStarted?.();
    this.#heard = true;
    this.rawHeaders = rawHeaders;
    try {
      this.#handler.onResponseStart?.(this, status, {}, reason);
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #succeed(response: IncomingMessage): void {
    if (this.#over || !response.complete) return;
    this.rawTrailers = response.rawTrailers;
    this.#end();
    this.#handler.onResponseEnd?.(this, {});
  }

  /** The connection has ended before the answer was complete. */
  #close(): void {
    if (this.#over || this.#response?.complete === true) return;
    this.#fail(this.#error ?? Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' }));
  }

  #fail(error: Error): void {
    if (this.#over) return;
    this.#end();
    this.#handler.onResponseError?.(this, error);
  }

  #end(): void {
    const { request, body, options } = this.#parts;
    this.#over = true;
    options.signal.removeEventListener('abort', this.#onAbort);
    if (!body.readableEnded) body.destroy();
    request.on('error', () => undefined).destroy();
    options.socket.destroy();
  }
}
