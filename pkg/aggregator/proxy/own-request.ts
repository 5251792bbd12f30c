import type { Dispatcher } from 'undici';
import { toAuthority, toBackendTarget } from './authority.ts';
import type { BackendRequest, Carrier } from './carrier.ts';
import {
  isConnectionLoss,
  isUnprocessed,
  newAnswerFailure,
  newTimeoutFailure,
  toExchangeFailure,
} from './exchange-failure.ts';
import type { OwnRequest, OwnResponse, TransportSettings } from './interface.ts';
import { groupLines, type HeaderLines } from './headers.ts';
import { toLines } from './response-head.ts';
import type { Backend } from './round-trip.ts';

/** Sends a request of the gateway's own on the connections that the clients' requests use. Rejects with a `BackendFailure`. */
export function fetchOwn({ settings, pool }: Backend, request: OwnRequest): Promise<OwnResponse> {
  return new Promise((resolve, reject) => {
    const options: BackendRequest = {
      method: request.method ?? 'GET',
      path: toBackendTarget(settings, request.path),
      headers: toHeaderLines(request, settings),
      body: null,
    };
    const exchange = new OwnExchange({
      settings,
      request,
      retry: (again) => pool.dispatch(options, again, true),
      resolve,
      reject,
    });
    if (!exchange.isOver) pool.dispatch(options, exchange);
  });
}

function toHeaderLines({ headers }: OwnRequest, settings: TransportSettings): string[] {
  const lines = ['Host', toAuthority(settings)];
  for (const [name, values] of Object.entries(headers)) {
    for (const value of typeof values === 'string' ? [values] : values) lines.push(name, value);
  }
  return lines;
}

function toRecord(lines: HeaderLines): OwnResponse['headers'] {
  const named = groupLines(lines).map(([name, values]) => [
    name.toLowerCase(),
    values.length === 1 ? values[0] : values,
  ]);
  return Object.fromEntries(named) as OwnResponse['headers'];
}

interface OwnExchangeOptions {
  readonly settings: TransportSettings;
  readonly request: OwnRequest;
  readonly retry: (exchange: OwnExchange) => void;
  readonly resolve: (response: OwnResponse) => void;
  readonly reject: (failure: Error) => void;
}

/** Reads an answer to its end, within a time and a size. */
class OwnExchange implements Dispatcher.DispatchHandler {
  readonly #options: OwnExchangeOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #head: Pick<OwnResponse, 'status' | 'headers'> = { status: 0, headers: {} };
  #size = 0;
  #reused = false;
  #untouched = true;
  #over = false;

  readonly #onAbort = (): void => this.#fail(this.#options.request.signal?.reason);

  constructor(options: OwnExchangeOptions) {
    const { settings, request } = options;
    this.#options = options;
    this.#timer = setTimeout(() => this.#fail(newTimeoutFailure(settings, request.timeoutMs)), request.timeoutMs);
    request.signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (request.signal?.aborted === true) this.#onAbort();
  }

  get isOver(): boolean {
    return this.#over;
  }

  onRequestStart(controller: Dispatcher.DispatchController, { reused }: Carrier): void {
    this.#controller = controller;
    this.#reused = reused;
    if (this.#over) controller.abort(new Error('nobody waits any more'));
  }

  onResponseStarted(): void {
    this.#untouched = false;
  }

  onResponseStart({ rawHeaders }: Dispatcher.DispatchController, status: number): void {
    this.#head = { status, headers: toRecord(toLines(rawHeaders)) };
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#over) return;
    const { settings, request } = this.#options;
    this.#size += chunk.length;
    this.#chunks.push(chunk);
    if (this.#size <= request.maxBodyBytes) return;
    this.#fail(
      newAnswerFailure(settings, {
        step: 'content',
        code: 'BODY_TOO_LARGE',
        expected: `at most ${request.maxBodyBytes} bytes from ${request.path}`,
        seen: `more than ${request.maxBodyBytes} bytes`,
        hint: 'Check that the service answers this path with what Kubernetes expects there.',
      }),
    );
  }

  onResponseEnd(): void {
    if (this.#over) return;
    this.#end();
    this.#options.resolve({ ...this.#head, body: Buffer.concat(this.#chunks), reused: this.#reused });
  }

  onResponseError(_: unknown, error: Error): void {
    const lost = isUnprocessed(error) || (this.#reused && isConnectionLoss(error));
    if (!this.#over && this.#untouched && lost) {
      this.#untouched = false;
      this.#options.retry(this);
    } else {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    const failure = toExchangeFailure(error, this.#options.settings);
    this.#end();
    this.#controller?.abort(failure);
    this.#options.reject(failure);
  }

  #end(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#options.request.signal?.removeEventListener('abort', this.#onAbort);
  }
}
