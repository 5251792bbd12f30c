import { type RequestOptions, request } from 'node:https';
import type { RecordedRequest, RecordedResponse } from './exchange.ts';

/** Where requests go, and with what each user shows who it is. */
export interface Target {
  readonly address: string;
  readonly tls: { readonly ca: string };
  readonly admin: { readonly cert: string; readonly key: string };
  readonly userToken: string;
}

/** Sends a recorded request and gives the answer in the recorded form. Nothing is added: no User-Agent, no Accept. */
export async function send(target: Target, recorded: RecordedRequest): Promise<RecordedResponse> {
  const { method, path } = recorded;
  const body = bodyOf(recorded.body);
  const headers = headersOf(target, recorded, body);
  const { hostname, port } = new URL(target.address);
  const identity = recorded.as === 'admin' ? target.admin : {};
  const options: RequestOptions = { hostname, port, method, path, headers, agent: false, ...target.tls, ...identity };
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
          body: parseBody(content, response.headers['content-type'] ?? '', isWatch(path)),
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
  const token = { user: target.userToken, bad: 'nonsense', admin: undefined, anonymous: undefined }[recorded.as];
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

function isWatch(path: string): boolean {
  return /[?&]watch=(?:true|1)\b/.test(path);
}

function joinHeaders(distinct: NodeJS.Dict<string[]>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(distinct).map(([name, values = []]) => [name, values.length === 1 ? (values[0] ?? '') : values]),
  );
}

function parseBody(content: Buffer, type: string, stream: boolean): RecordedResponse['body'] {
  const text = content.toString('utf8');
  if (!/json/.test(type))
    return /protobuf|octet-stream|gzip/.test(type) ? { base64: content.toString('base64') } : { text };
  try {
    if (!stream) return { json: JSON.parse(text) };
    return {
      lines: text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as unknown),
    };
  } catch {
    return { text };
  }
}
