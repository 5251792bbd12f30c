import { type ClientHttp2Session, type ClientHttp2Stream, constants, type IncomingHttpHeaders } from 'node:http2';
import type { Dispatcher } from 'undici';
import type { BackendRequest, Carrier } from './carrier.ts';
import { type CodedError, toCodedError } from './coded-error.ts';
import { newHeadError, toStreamError } from './http2-failure.ts';
import { toHTTP2Fields, toTrailerFields } from './http2-fields.ts';
import type { Upload } from './upload.ts';

/** What an exchange asks its connection when its stream has ended too early. */
export interface HTTP2ExchangeConnection {
  readonly isOpen: boolean;
  readonly lastStream: number | undefined;
  toError(told?: CodedError): Error;
}

/** What one exchange on an HTTP/2 connection needs. */
export interface HTTP2ExchangeOptions {
  readonly session: ClientHttp2Session;
  readonly request: BackendRequest;
  readonly handler: Dispatcher.DispatchHandler;
  readonly maxHeadBytes: number;
  readonly connection: HTTP2ExchangeConnection;
  /** The stream takes no place on the connection any more. Called once. */
  readonly onClosed: () => void;
}

/** One stream, told to a handler as undici tells of an exchange over HTTP/1.1. */
export class HTTP2Exchange implements Dispatcher.DispatchController {
  rawHeaders: string[] = [];
  rawTrailers: string[] = [];
  aborted = false;
  paused = false;
  reason: Error | null = null;
  readonly #options: HTTP2ExchangeOptions;
  #stream: ClientHttp2Stream | undefined;
  #heard = false;
  /** Whether the backend has ended its side, which Node does not tell from a reset without an error. */
  #complete = false;
  #announced: number | undefined;
  #received = 0;
  /** Whether the handler has heard the end. */
  #over = false;
  #error: CodedError | undefined;
  /** What a slow client had left in the stream when the connection closed. */
  #tail: Buffer[] | undefined;

  constructor(options: HTTP2ExchangeOptions) {
    this.#options = options;
  }

  start(carrier: Carrier): void {
    const { handler } = this.#options;
    try {
      handler.onRequestStart?.(this, carrier);
      if (!this.aborted) this.#stream = this.#open();
    } catch (error) {
      this.#fail(error as Error);
    }
    if (this.#stream === undefined) this.#close();
  }

  abort(reason: Error): void {
    if (this.#over) return;
    this.aborted = true;
    this.reason = reason;
    this.#fail(reason);
  }

  pause(): void {
    this.paused = true;
    this.#stream?.pause();
  }

  resume(): void {
    this.paused = false;
    if (this.#tail === undefined) this.#stream?.resume();
    else this.#drainTail(this.#tail);
  }

  #open(): ClientHttp2Stream {
    const { session, request } = this.#options;
    const { body } = request;
    const fields = toHTTP2Fields(request);
    // An upload of unknown length ends with trailers, if only empty ones: without waiting for them, Node would end one that is broken
    // off just like one that is whole.
    const waitForTrailers = body !== null && (body.announced.length > 0 || !fields.includes('content-length'));
    const stream = session.request(fields, { endStream: body === null, waitForTrailers });
    this.#watchForEnd(stream);
    stream
      .on('headers', (headers, _flags, raw) => this.#inform(headers, raw))
      .on('response', (headers, _flags, raw) => this.#begin(headers, raw))
      .on('trailers', (_trailers, _flags, raw) => (this.rawTrailers = this.#toLines(raw)))
      .on('data', (chunk: Buffer) => this.#take(chunk))
      .on('end', () => this.#end(stream))
      // The close that follows tells why.
      .on('error', (error) => (this.#error ??= toCodedError(error)))
      .once('close', () => this.#close());
    if (body !== null) this.#send(stream, body);
    return stream;
  }

  /** A reset closes the stream before Node ends what can be read of it; END_STREAM does not. */
  #watchForEnd(stream: ClientHttp2Stream): void {
    const push = stream.push.bind(stream);
    stream.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
      if (chunk === null && !stream.closed) this.#complete = true;
      return push(chunk, encoding);
    };
  }

  #send(stream: ClientHttp2Stream, body: Upload): void {
    body
      .on('data', (chunk: Buffer) => {
        if (!stream.write(chunk)) body.pause();
      })
      .once('end', () => stream.end())
      .once('error', (error) => this.#fail(error));
    stream.on('drain', () => body.resume());
    stream.once('wantTrailers', () => this.#finish(stream, body));
  }

  #finish(stream: ClientHttp2Stream, body: Upload): void {
    if (stream.closed || !body.readableEnded) return;
    try {
      stream.sendTrailers(toTrailerFields(body.trailers));
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #inform(headers: IncomingHttpHeaders, raw: readonly string[]): void {
    const status = statusOf(headers);
    // To us: a client that waits for it has been told already.
    if (status !== constants.HTTP_STATUS_CONTINUE) this.#tellHead(status, raw);
  }

  #begin(headers: IncomingHttpHeaders, raw: readonly string[]): void {
    const length = headers['content-length'];
    if (length !== undefined && this.#options.request.method !== 'HEAD') this.#announced = Number(length);
    this.#tellHead(statusOf(headers), raw);
  }

  #tellHead(status: number, raw: readonly string[]): void {
    if (this.#over) return;
    const { handler } = this.#options;
    if (!this.#heard) handler.onResponseStarted?.();
    this.#heard = true;
    this.rawHeaders = this.#toLines(raw);
    if (this.#over) return;
    try {
      handler.onResponseStart?.(this, status, {});
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  /** Node keeps to the size that is allowed only from the moment when the backend has confirmed it. */
  #toLines(raw: readonly string[]): string[] {
    const lines = withoutPseudo(raw);
    const bytes = lines.reduce((sum, text) => sum + text.length, 0);
    if (bytes > this.#options.maxHeadBytes) this.#fail(newHeadError());
    return lines;
  }

  #take(chunk: Buffer): void {
    if (this.#over) return;
    this.#received += chunk.length;
    this.#options.handler.onResponseData?.(this, chunk);
  }

  /** Everything has been read that will ever come. */
  #end(stream: ClientHttp2Stream): void {
    if (this.#complete) this.#succeed();
    // Node would wait for the end of our side, which nobody reads any more.
    if (stream.closed) stream.destroy();
    else if (!stream.writableFinished) stream.close(constants.NGHTTP2_CANCEL);
  }

  #succeed(): void {
    if (this.#over) return;
    this.#over = true;
    this.#stopUpload();
    this.#options.handler.onResponseEnd?.(this, {});
  }

  #fail(error: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#stopUpload();
    this.#stream?.close(constants.NGHTTP2_CANCEL);
    this.#options.handler.onResponseError?.(this, error);
  }

  /** The answer is there, or nobody wants it: what is left of the upload is not sent. */
  #stopUpload(): void {
    const { body } = this.#options.request;
    if (body !== null && !body.readableEnded) body.destroy();
  }

  #close(): void {
    this.#options.onClosed();
    const stream = this.#stream;
    if (this.#over || stream === undefined) return;
    if (this.#complete) {
      this.#tail = readRest(stream);
      this.#drainTail(this.#tail);
      return;
    }
    const { connection } = this.#options;
    this.#fail(
      toStreamError({
        connectionError: connection.isOpen ? undefined : connection.toError(this.#error),
        lastStream: connection.lastStream,
        id: stream.id,
        resetCode: stream.rstCode,
        heard: this.#heard,
        announced: this.#announced,
        received: this.#received,
      }),
    );
  }

  #drainTail(tail: Buffer[]): void {
    while (!this.paused && !this.#over) {
      const chunk = tail.shift();
      if (chunk === undefined) this.#succeed();
      else this.#take(chunk);
    }
  }
}

function statusOf(headers: IncomingHttpHeaders): number {
  return Number((headers as { readonly ':status'?: unknown })[':status']);
}

function readRest(stream: ClientHttp2Stream): Buffer[] {
  const rest: Buffer[] = [];
  for (let chunk: unknown = stream.read(); chunk !== null; chunk = stream.read()) rest.push(chunk as Buffer);
  return rest;
}

function withoutPseudo(raw: readonly string[]): string[] {
  const lines: string[] = [];
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? '';
    if (!name.startsWith(':')) lines.push(name, raw[index + 1] ?? '');
  }
  return lines;
}
