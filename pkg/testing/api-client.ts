import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent, request as sendRequest } from 'node:https';
import { eventually } from './eventually.ts';

/** What a request has beside its method and path. */
export interface APIRequest {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Text and bytes are sent as they are, anything else as JSON. */
  readonly body?: unknown;
}

/** A complete answer. */
export interface APIAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Values of the `Warning` header. */
  readonly warnings: readonly string[];
  readonly bytes: Buffer;
  readonly text: string;
  /** The body as JSON; `undefined` when it is none. */
  readonly json: unknown;
}

/** An open watch. */
export interface WatchClient {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Events so far. */
  readonly events: readonly WatchFrame[];
  /** Whether the stream is over: `ended` cleanly, or `cut`. */
  readonly state: () => 'open' | 'ended' | 'cut';
  /** Resolves with all events when there are this many; rejects after five seconds. */
  received(count: number): Promise<readonly WatchFrame[]>;
  /** Resolves with all events when the stream is over; rejects after five seconds. */
  over(): Promise<readonly WatchFrame[]>;
  /** Stops and goes on reading. */
  pause(): void;
  resume(): void;
  /** Leaves without a word. */
  leave(): void;
}

/** One line of a watch. */
export interface WatchFrame {
  readonly type: string;
  readonly object: {
    readonly kind: string;
    readonly metadata: {
      readonly name?: string;
      readonly resourceVersion?: string;
      readonly [member: string]: unknown;
    };
    readonly [member: string]: unknown;
  };
}

/** Sends requests to a server on 127.0.0.1 over connections that are kept. */
export interface APIClient {
  send(method: string, path: string, request?: APIRequest): Promise<APIAnswer>;
  get(path: string, request?: APIRequest): Promise<APIAnswer>;
  /** Opens a watch; resolves when its head is there. */
  watch(path: string, request?: APIRequest): Promise<WatchClient>;
  close(): void;
}

/** How a client connects. */
export interface APIClientOptions {
  readonly port: number;
  readonly ca: string;
  /** Client certificate. */
  readonly cert?: string;
  readonly key?: string;
  /** Sent with every request that has no other. */
  readonly token?: string;
}

/** Makes a client that speaks HTTP/1.1. */
export function newAPIClient({ port, token, ...tls }: APIClientOptions): APIClient {
  const agent = new Agent({ keepAlive: true, ...tls, servername: 'localhost' });
  const open = (method: string, path: string, request: APIRequest): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const { body } = request;
      const bytes = body === undefined || Buffer.isBuffer(body) ? body : Buffer.from(toText(body));
      const bearer = request.token ?? token;
      const headers = {
        ...(bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` }),
        ...(bytes === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': bytes.length }),
        ...request.headers,
      };
      const sent = sendRequest({
        host: '127.0.0.1',
        port,
        agent,
        method,
        path,
        headers: headers as IncomingHttpHeaders,
      });
      sent.on('error', reject).on('response', resolve).end(bytes);
    });
  const send: APIClient['send'] = async (method, path, request = {}) => toAnswer(await open(method, path, request));
  return {
    send,
    get: (path, request) => send('GET', path, request),
    watch: async (path, request = {}) => toWatch(await open('GET', path, request)),
    close: () => agent.destroy(),
  };
}

function toText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

async function toAnswer(response: IncomingMessage): Promise<APIAnswer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const text = bytes.toString('utf8');
  const { headers, rawHeaders, statusCode: status = 0 } = response;
  const warnings = rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === 'warning');
  return { status, headers, warnings, bytes, text, json: tryParse(text) };
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function toWatch(response: IncomingMessage): WatchClient {
  const events: WatchFrame[] = [];
  let state: 'open' | 'ended' | 'cut' = 'open';
  let rest = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) events.push(JSON.parse(line) as WatchFrame);
  });
  response.on('error', () => undefined);
  response.once('close', () => (state = response.complete ? 'ended' : 'cut'));
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    events,
    state: () => state,
    async received(count) {
      await eventually(`${count} events, not ${events.length}`, () => events.length >= count);
      return events;
    },
    async over() {
      await eventually('the end of the watch', () => state !== 'open');
      return events;
    },
    pause: () => void response.pause(),
    resume: () => void response.resume(),
    leave: () => void response.destroy(),
  };
}
