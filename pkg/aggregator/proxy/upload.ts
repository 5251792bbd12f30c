import { Readable } from 'node:stream';
import type { RawRequest, RawResponse } from '../../apiserver/request-context.ts';
import type { ExchangeTrace } from './exchange-trace.ts';
import { isHttp2Request } from './request-protocol.ts';
import { announcedTrailers, toBackendTrailers } from './request-trailers.ts';

/** Bytes of an upload that nobody wants any more which are still read, so that the connection stays usable (Go: 256 KiB). */
const maxDiscardedBytes = 256 * 1024;

/** Bytes of a body that are kept, so that a request which a backend refused unseen can be sent again. */
export const maxKeptBytes: number = 64 * 1024;

/** What attempts to send a request have taken of its body. */
interface Taken {
  /** Absent when it was too much to keep. */
  chunks: Buffer[] | undefined;
  bytes: number;
  /** Whether that was all of it. */
  ended: boolean;
}

const takenKey: unique symbol = Symbol('taken');

type TakenRequest = RawRequest & { [takenKey]?: Taken };

/** Tells whether the request's body can be sent from its beginning, after earlier attempts as well. */
export function canSendAgain(request: RawRequest): boolean {
  const taken = (request as TakenRequest)[takenKey];
  return taken === undefined || taken.chunks !== undefined;
}

/** The client ended its request early. */
export class UploadCutError extends Error {
  override readonly name = 'UploadCutError';

  constructor() {
    super('the client ended its request early');
  }
}

/** Tells whether a request has a body. */
export function hasBody(request: RawRequest): boolean {
  if (isHttp2Request(request)) return !request.stream.endAfterHeaders;
  const { 'transfer-encoding': encoding, 'content-length': length } = request.headers;
  return encoding !== undefined || (length !== undefined && Number(length) !== 0);
}

/**
 * The client's body, on its way to a backend. A stream of its own, because undici destroys a body that it cannot send to the end, and to
 * destroy the client's request would destroy the client's connection, on which the answer is to come. It begins with what earlier
 * ones have taken of the same request.
 */
export class Upload extends Readable {
  /** Names of the trailers that the client has announced, as far as they may reach the backend. */
  readonly announced: readonly string[];
  readonly #request: RawRequest;
  readonly #trace: ExchangeTrace | undefined;
  readonly #taken: Taken;
  /** What is still to be sent of that. */
  readonly #earlier: Buffer[];
  readonly #onData = (chunk: Buffer): void => {
    if (this.#trace !== undefined) this.#trace.requestBytes += chunk.length;
    this.#keep(chunk);
    if (!this.push(chunk)) this.#request.pause();
  };
  readonly #onEnd = (): void => {
    // A request is closed as soon as it has been read, long before its last bytes are sent on.
    this.#request.off('aborted', this.#onCut).off('close', this.#onCut);
    this.#taken.ended = true;
    if (this.#earlier.length === 0) this.push(null);
  };
  readonly #onCut = (): void => void this.destroy(new UploadCutError());

  constructor(request: RawRequest, trace?: ExchangeTrace) {
    super();
    this.#request = request;
    this.#trace = trace;
    this.#taken = (request as TakenRequest)[takenKey] ??= { chunks: [], bytes: 0, ended: false };
    this.#earlier = [...(this.#taken.chunks ?? [])];
    this.announced = announcedTrailers(request);
    // The client may leave before anybody is there to send this on.
    this.on('error', ignore);
    if (!this.#taken.ended) request.on('end', this.#onEnd).on('aborted', this.#onCut).on('close', this.#onCut);
  }

  /** The client's trailers that may reach the backend: name and value in turn, once the body has ended. */
  get trailers(): readonly string[] {
    return toBackendTrailers(this.#request);
  }

  /** The first read asks for the first byte, so that a client that waits for `100 Continue` is not read from before. */
  override _read(): void {
    const earlier = this.#earlier.shift();
    if (earlier !== undefined) return void this.push(earlier);
    if (this.#taken.ended) return void this.push(null);
    if (this.#request.listenerCount('data') === 0) this.#request.on('data', this.#onData);
    this.#request.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#request
      .off('data', this.#onData)
      .off('end', this.#onEnd)
      .off('aborted', this.#onCut)
      .off('close', this.#onCut);
    callback(error);
  }

  #keep(chunk: Buffer): void {
    const taken = this.#taken;
    taken.bytes += chunk.length;
    if (taken.bytes > maxKeptBytes) taken.chunks = undefined;
    else taken.chunks?.push(chunk);
  }
}

/**
 * Deals with what is left of an upload after the answer: a little is read and thrown away, so that the connection can carry the
 * next request; of more, the connection (HTTP/1.1) or the stream (HTTP/2) is closed.
 */
export function discardUpload(request: RawRequest, response: RawResponse): void {
  if (request.complete || request.destroyed) return;
  let discarded = 0;
  request.on('data', (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > maxDiscardedBytes) stopUpload(request, response);
  });
  request.resume();
}

function stopUpload(request: RawRequest, response: RawResponse): void {
  const stop = (): void => {
    // 0 is NO_ERROR: the answer is complete, only the rest of the question is not wanted (RFC 9113 8.1).
    if (isHttp2Request(request)) request.stream.close(0);
    else request.socket.destroySoon();
  };
  if (response.writableFinished) stop();
  else response.once('finish', stop);
}

function ignore(): void {}
