import { type RequestOptions, request } from 'node:https';
import type { RecordedRequest, RecordedResponse } from './exchange.ts';

/** Where requests go, and by which bearer tokens the recorded users are known there; `anonymous` and `bad` need none. */
export interface Target {
  readonly address: string;
  /** PEM of the server's authority. */
  readonly ca: string;
  readonly tokens: { readonly [user: string]: string };
}

/** Whether a JSON answer is read as one document or as a stream of them. */
export type BodyForm = 'json' | 'lines';

/** Sends a recorded request and gives the answer in the recorded form. Nothing is added: no User-Agent, no Accept. */
export async function send(
  target: Target,
  recorded: RecordedRequest,
  form: BodyForm = 'json',
): Promise<RecordedResponse> {
  const { method, path } = recorded;
  const body = bodyOf(recorded.body);
  const headers = headersOf(target, recorded, body);
  const { hostname, port } = new URL(target.address);
  const options: RequestOptions = { hostname, port, method, path, headers, agent: false, ca: target.ca };
  return new Promise((resolve, reject) => {
    const outgoing = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const content = Buffer.concat(chunks);
        resolve({
          status: response.statusCode ?? 0,
          headers: joinHeaders(response.headersDistinct),
          body: parseBody(content, response.headers['content-type'] ?? '', form),
        });
      });
    });
    // A server that refuses a large body may close before it has read all of it; its answer is what counts.
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') reject(error);
    });
    outgoing.setTimeout(30_000, () => outgoing.destroy(new Error(`${method} ${path} was not answered`)));
    outgoing.end(body);
  });
}

function headersOf(target: Target, recorded: RecordedRequest, body: string | undefined): Record<string, string> {
  const token = recorded.as === 'bad' ? 'nonsense' : target.tokens[recorded.as];
  return {
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    ...(body === undefined
      ? {}
      : { 'Content-Type': 'application/json', 'Content-Length': `${Buffer.byteLength(body)}` }),
    ...recorded.headers,
  };
}

/** The text of a recorded body, with `<x repeated N times>` written out. */
function bodyOf(body: unknown): string | undefined {
  if (body === undefined) return undefined;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return text.replaceAll(/<(.) repeated (\d+) times>/g, (_, letter: string, times: string) =>
    letter.repeat(Number(times)),
  );
}

function joinHeaders(distinct: NodeJS.Dict<string[]>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(distinct).map(([name, values = []]) => [name, values.length === 1 ? (values[0] ?? '') : values]),
  );
}

function parseBody(content: Buffer, type: string, form: BodyForm): RecordedResponse['body'] {
  const text = content.toString('utf8');
  if (/protobuf|octet-stream|gzip/.test(type)) return { base64: content.toString('base64') };
  // The index of OpenAPI v3 is JSON that is called text.
  if (!/json/.test(type) && !text.startsWith('{')) return { text };
  try {
    if (form === 'json') return { json: JSON.parse(text) };
    const lines = text.split('\n').filter(Boolean);
    return { lines: lines.map((line) => JSON.parse(line) as unknown) };
  } catch {
    return { text };
  }
}
