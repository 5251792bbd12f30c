import { systemClock } from '../../component/id/clock.ts';
import { type Deadline, newDeadline } from './deadline.ts';
import type { RawAnswer, RESTClientOptions } from './interface.ts';
import { readAnswer } from './read-answer.ts';
import { RESTError } from './rest-error.ts';
import { sendWithRetries } from './retry.ts';
import { newWireTransport, type WireAnswer } from './transport.ts';

/** A request before credentials. */
export interface ExchangeRequest {
  readonly method: string;
  /** Path below the server's own, with its query. */
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
  /** The request as messages name it. */
  toURL(method: string, path: string): string;
  close(): Promise<void>;
}

/** Exchanges with one server. */
export function newExchange(options: RESTClientOptions): Exchange {
  const { clock = systemClock, timeoutMs: defaultTimeoutMs = 30_000 } = options;
  const transport = newWireTransport(options);

  const send = (request: ExchangeRequest, deadline: Deadline): Promise<WireAnswer> => {
    const { method, path, body } = request;
    const once = async (): Promise<WireAnswer> => {
      const headers = { ...(await toHeaders(options)), ...request.headers };
      return transport.send({ method, path, headers, body: body ?? null, signal: deadline.signal });
    };
    return sendWithRetries({ send: once, readOnly: method === 'GET', clock, deadline });
  };
  const within = async <V>(request: ExchangeRequest, work: (deadline: Deadline) => Promise<V>): Promise<V> => {
    const { timeoutMs = defaultTimeoutMs, signal, method, path } = request;
    const deadline = newDeadline({ clock, timeoutMs, signal });
    try {
      return await work(deadline);
    } catch (error) {
      signal?.throwIfAborted();
      if (!deadline.expired()) throw error;
      throw new RESTError('Timeout', `${transport.toURL(method, path)}: no answer within ${timeoutMs} ms`, {
        cause: error,
      });
    } finally {
      deadline.release();
    }
  };

  return {
    answer: (request) =>
      within(request, async (deadline) =>
        readAnswer(await send(request, deadline), transport.toURL(request.method, request.path)),
      ),
    stream: (request) => within(request, (deadline) => send(request, deadline)),
    toURL: (method, path) => transport.toURL(method, path),
    close: () => transport.close(),
  };
}

async function toHeaders({
  token: source,
  userAgent = 'tributary',
}: RESTClientOptions): Promise<Record<string, string>> {
  const token = typeof source === 'function' ? await source() : source;
  const authorization = token === undefined || token === '' ? {} : { authorization: `Bearer ${token}` };
  return { 'user-agent': userAgent, accept: 'application/json', ...authorization };
}
