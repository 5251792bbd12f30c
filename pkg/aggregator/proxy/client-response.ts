import { type OutgoingHttpHeaders, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { RawResponse, RequestContext } from '../../apiserver/request-context.ts';
import { groupLines, type HeaderLines } from './headers.ts';

/** The head of an answer. */
export interface ResponseHead {
  readonly status: number;
  /** Text of the status line; HTTP/2 has none. */
  readonly reason: string;
  readonly lines: string[];
}

/** INTERNAL_ERROR of HTTP/2: the stream ends before its end. */
const internalError = 2;

/** Header fields that Node's HTTP/2 refuses to send twice (`kSingleValueHeaders`). The first counts, as it does for a parser. */
const singleOnHttp2: ReadonlySet<string> = new Set([
  'access-control-allow-credentials',
  'access-control-max-age',
  'access-control-request-method',
  'age',
  'authorization',
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-md5',
  'content-range',
  'content-type',
  'date',
  'dnt',
  'etag',
  'expires',
  'from',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'last-modified',
  'location',
  'max-forwards',
  'proxy-authorization',
  'range',
  'referer',
  'retry-after',
  'tk',
  'upgrade-insecure-requests',
  'user-agent',
  'x-content-type-options',
]);

/** Tells a response on HTTP/2 from one on HTTP/1.1. */
export function isHttp2Response(response: RawResponse): response is Http2ServerResponse {
  return 'stream' in response;
}

/** Tells whether nobody reads the response any more. */
export function isClientGone(response: RawResponse): boolean {
  if (isHttp2Response(response)) return response.stream.destroyed || response.stream.closed;
  return response.destroyed || response.socket?.destroyed === true;
}

/** Writes the head, which leaves with the first bytes of the body or with `flushHead`. Throws when the head cannot be sent. */
export function writeHead(response: RawResponse, { status, reason, lines }: ResponseHead): void {
  try {
    if (isHttp2Response(response)) response.writeHead(status, toHttp2Headers(lines));
    else response.writeHead(status, /^[\t\u0020-\u007e]+$/.test(reason) ? reason : (STATUS_CODES[status] ?? ''), lines);
  } catch (error) {
    // What could not be sent must not get into the answer that is sent instead.
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    throw error;
  }
}

/** Sends the head without waiting for a body. */
export function flushHead(response: RawResponse): void {
  // Node's HTTP/2 has it too; only its type lacks it.
  if (!isClientGone(response)) (response as ServerResponse).flushHeaders();
}

/** Passes a 1xx answer on, as far as Node can send it. It is advice: what cannot be sent is left out. */
export function writeInformational(response: RawResponse, status: number, lines: HeaderLines): void {
  if (isClientGone(response) || response.headersSent) return;
  try {
    // `writeInformation` is not in Node 22, where only early hints can be sent.
    if ('writeInformation' in response) {
      const headers = isHttp2Response(response) ? Object.fromEntries(groupLines(lines)) : [...lines];
      response.writeInformation(status, headers);
    } else if (status === 103) {
      (response as unknown as ServerResponse).writeEarlyHints(Object.fromEntries(groupLines(lines)));
    }
  } catch {
    // Node refuses a malformed Link header. The final answer matters, the hint does not.
  }
}

/** Tells a client that waits for it (`Expect: 100-continue`) to send its body, unless the server has done so already. */
export function writeContinue({ request, response }: RequestContext): void {
  if (request.headers['expect']?.toLowerCase() !== '100-continue' || isClientGone(response)) return;
  const sent = isHttp2Response(response)
    ? response.stream.sentInfoHeaders?.some((headers) => headers[':status'] === 100)
    : // Node's own mark; were it gone, a second 100 would be sent, which every client ignores.
      Reflect.get(response, '_sent100');
  if (sent !== true) response.writeContinue();
}

/** Writes a piece of the body; `false` asks to wait for `drain`. */
export function writeBody(response: RawResponse, chunk: Buffer): boolean {
  return (response as ServerResponse).write(chunk);
}

/** Ends the answer, with trailers when there are any. */
export function endResponse(response: RawResponse, trailers: HeaderLines): void {
  if (trailers.length > 0) {
    const grouped = groupLines(trailers);
    if (isHttp2Response(response)) response.addTrailers(Object.fromEntries(grouped) as never);
    else response.addTrailers(grouped as never);
  }
  response.end();
}

/** Breaks the answer off so that the client can tell: the stream is reset (HTTP/2), the connection closed (HTTP/1.1). */
export function cutResponse(response: RawResponse): void {
  if (isHttp2Response(response)) response.stream.close(internalError);
  else response.destroy();
}

/** As an object, because of repeated names in an array some versions of Node keep only the last. */
function toHttp2Headers(lines: HeaderLines): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  for (const [name, values] of groupLines(lines)) {
    const lower = name.toLowerCase();
    headers[lower] = values.length === 1 || singleOnHttp2.has(lower) ? values[0] : values;
  }
  return headers;
}
