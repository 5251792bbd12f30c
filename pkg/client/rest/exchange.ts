import { systemClock } from '../../component/id/clock.ts';
import { sleep } from '../../component/id/sleep.ts';
import type { RawAnswer, RESTClientOptions } from './interface.ts';
import { newDeadline } from './deadline.ts';
import { readAnswer } from './read-answer.ts';
import { RESTError } from './rest-error.ts';
import { newWireTransport, type WireAnswer } from './transport.ts';

/** A request with what it is called in messages. */
export interface ExchangeRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

/** Requests with credentials, a deadline and the retries that a server asks for. */
export interface Exchange {
  /** The answer, read to its end. */
  answer(request: ExchangeRequest): Promise<RawAnswer>;
  /** The answer whose body is still coming; its head was there in time. */
  stream(request: ExchangeRequest): Promise<WireAnswer>;
  close(): Promise<void>;
}

/** client-go's limit for answers that say `Retry-After`. */
const maxRetries = 10;

/** Exchanges with one server. */
export function newExchange(options: RESTClientOptions): Exchange {
  const { clock = systemClock, timeoutMs: defaultTimeoutMs = 30_000, userAgent = 'tributary' } = options;
  const transport = newWireTransport(options);

  const headersOf = async (request: ExchangeRequest): Promise<Record<string, string>> => {
    const token = typeof options.token === 'function' ? await options.token() : options.token;
    return {
      'user-agent': userAgent,
      accept: 'application/json',
      ...(token === undefined || token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...request.headers,
    };
  };
  const sendOnce = async (request: ExchangeRequest, signal: AbortSignal): Promise<WireAnswer> => {
    const { method, path, body } = request;
    return transport.send({
      method,
      path,
      headers: await headersOf(request),
      signal,
      ...(body === undefined ? {} : { body }),
    });
  };
  /** Sends, and as long as the server asks for another try, waits and sends again. */
  const send = async (request: ExchangeRequest, signal: AbortSignal): Promise<WireAnswer> => {
    for (let tries = 0; ; tries++) {
      const answer = await sendOnce(request, signal);
      const seconds = toRetrySeconds(answer);
      if (seconds === undefined || tries >= maxRetries) return answer;
      await answer.body.dump();
      await sleep(clock, seconds * 1000, signal);
    }
  };
  const within = async <V>(request: ExchangeRequest, work: (signal: AbortSignal) => Promise<V>): Promise<V> => {
    const timeoutMs = request.timeoutMs ?? defaultTimeoutMs;
    const deadline = newDeadline({ clock, timeoutMs, signal: request.signal });
    try {
      return await work(deadline.signal);
    } catch (error) {
      if (!deadline.expired()) throw error;
      throw new RESTError(
        'Timeout',
        `${request.method} ${options.server}${request.path}: no answer within ${timeoutMs} ms`,
        { cause: error },
      );
    } finally {
      deadline.release();
    }
  };

  return {
    answer: (request) =>
      within(request, async (signal) =>
        readAnswer(await send(request, signal), `${request.method} ${options.server}${request.path}`),
      ),
    stream: (request) => within(request, (signal) => send(request, signal)),
    close: () => transport.close(),
  };
}

/** Seconds to wait before the next try, when the server asks for one: `Retry-After` with 429 or a server error. */
function toRetrySeconds({ status, headers }: WireAnswer): number | undefined {
  if (status !== 429 && status < 500) return undefined;
  const value = headers['retry-after'];
  return typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : undefined;
}
