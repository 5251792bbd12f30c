import { connect } from 'node:http2';
import type { IncomingMessage } from 'node:http';
import { request as sendRequest } from 'node:https';

/** One request of a test, sent over a connection of its own. */
export interface Question {
  readonly port: number;
  readonly ca: string;
  readonly protocol?: 'h1' | 'h2';
  readonly method?: string;
  readonly path?: string;
  /** HTTP/1.1: raw lines, name and value in turn, may repeat. HTTP/2: the same, in lower case. */
  readonly lines?: readonly string[];
  readonly body?: string | Buffer;
}

/** Its answer. */
export interface Reply {
  readonly status: number;
  /** Name (in lower case) and value in turn. */
  readonly lines: readonly string[];
  readonly body: Buffer;
  readonly trailers: readonly string[];
  /** Status codes of 1xx answers that came before. */
  readonly informational: readonly number[];
  /** Whether the answer broke off. */
  readonly cut: boolean;
}

/** Sends a request and reads the answer as far as it comes. */
export function ask(question: Question): Promise<Reply> {
  return question.protocol === 'h2' ? askHttp2(question) : askHttp1(question);
}

/** All values of a header line. */
export function valuesOf(lines: readonly string[], lowerName: string): string[] {
  return lines.filter((_, index) => index % 2 === 1 && lines[index - 1] === lowerName);
}

function askHttp1({ port, ca, method = 'GET', path = '/', lines = [], body }: Question): Promise<Reply> {
  const informational: number[] = [];
  return new Promise((resolve, reject) => {
    const host = ['Host', `localhost:${port}`, 'Connection', 'close'];
    const length = body === undefined ? [] : ['Content-Length', String(Buffer.byteLength(body))];
    const headers = [...host, ...length, ...lines];
    const request = sendRequest({
      host: '127.0.0.1',
      port,
      ca,
      servername: 'localhost',
      method,
      path,
      headers,
      agent: false,
    });
    request.on('information', ({ statusCode }) => informational.push(statusCode));
    request.on('error', reject);
    request.on('response', (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => {});
      response.once('close', () =>
        resolve({
          status: response.statusCode ?? 0,
          lines: toLower(response.rawHeaders),
          body: Buffer.concat(chunks),
          trailers: toLower(response.rawTrailers),
          informational,
          cut: !response.complete,
        }),
      );
    });
    request.end(body);
  });
}

function askHttp2({ port, ca, method = 'GET', path = '/', lines = [], body }: Question): Promise<Reply> {
  const informational: number[] = [];
  return new Promise((resolve, reject) => {
    // Node's client drops an answer of more than 128 header lines without a word.
    const session = connect(`https://localhost:${port}`, { ca, maxHeaderListPairs: 2_000 });
    session.on('error', reject);
    const headers: Record<string, string | string[]> = { ':method': method, ':path': path };
    for (const name of new Set(lines.filter((_, index) => index % 2 === 0))) headers[name] = valuesOf(lines, name);
    const stream = session.request(headers, { endStream: body === undefined });
    const chunks: Buffer[] = [];
    let head: { status: number; lines: string[] } = { status: 0, lines: [] };
    let trailers: string[] = [];
    let ended = false;
    stream.on('headers', (information) => informational.push(Number(information[':status'])));
    stream.on('response', (response, _flags, rawHeaders?: string[]) => {
      head = { status: Number(response[':status']), lines: toLower(rawHeaders ?? flatten(response)) };
    });
    stream.on('trailers', (fields) => (trailers = flatten(fields)));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => (ended = true)).on('error', () => {});
    stream.on('close', () => {
      const cut = !ended || stream.rstCode !== 0;
      session.destroy();
      resolve({ ...head, body: Buffer.concat(chunks), trailers, informational, cut });
    });
    if (body !== undefined) stream.end(body);
  });
}

function flatten(headers: object): string[] {
  const lines: string[] = [];
  for (const [name, values] of Object.entries(headers) as [string, string | string[] | undefined][]) {
    for (const value of Array.isArray(values) ? values : [values ?? '']) lines.push(name.toLowerCase(), value);
  }
  return lines;
}

function toLower(lines: readonly string[]): string[] {
  return lines.map((text, index) => (index % 2 === 0 ? text.toLowerCase() : text));
}
