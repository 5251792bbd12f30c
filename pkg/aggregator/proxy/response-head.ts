import type { Dispatcher } from 'undici';
import { toWarningHeaders } from '../../apiserver/endpoints/response/warning-header.ts';
import type { RequestContext } from '../../apiserver/request-context.ts';
import type { Findings } from './certificate-failure.ts';
import type { ResponseHead } from './client-response.ts';
import { firstValue, type HeaderLines, toClientHeaders } from './headers.ts';

/** Header lines as undici read them: the bytes, one character each. */
export function toLines(raw: Dispatcher.DispatchController['rawHeaders']): HeaderLines {
  if (!Array.isArray(raw)) return [];
  return raw.map((text) => (typeof text === 'string' ? text : text.toString('latin1')));
}

/** Why an answer must not reach the client; `undefined` when it may. */
export function findForbiddenAnswer(status: number, lines: HeaderLines): Findings | undefined {
  if (status >= 300 && status < 400 && firstValue(lines, 'location') !== undefined) {
    return {
      step: 'status',
      code: 'REDIRECT',
      expected: 'an answer',
      seen: `a redirect (status ${status})`,
      hint: 'Let the service answer itself: redirects are not followed, because the identity of the caller would go with them.',
    };
  }
  const coding = firstValue(lines, 'transfer-encoding')?.trim().toLowerCase();
  if (coding !== undefined && coding !== 'chunked') {
    // undici undoes `chunked` only; the rest would reach the client without its name.
    return {
      step: 'http',
      code: 'UNSUPPORTED_TRANSFER_ENCODING',
      expected: 'no transfer coding but "chunked"',
      seen: `transfer coding ${JSON.stringify(coding)}`,
      hint: 'Let the service use Content-Encoding for compression.',
    };
  }
  return undefined;
}

/** The head that the client gets: what the backend said and may say, with our audit id, and one `Cache-Control` at least. */
export function toResponseHead(context: RequestContext, answer: ResponseHead): ResponseHead {
  const { status, reason } = answer;
  const lines = toClientHeaders(answer.lines, canHaveTrailers(context, answer));
  if (status === 204) dropLine(lines, 'content-length');
  if (context.auditID !== '') lines.push('Audit-Id', context.auditID);
  if (firstValue(lines, 'cache-control') === undefined) lines.push('Cache-Control', 'no-cache, private');
  for (const warning of toWarningHeaders(context.warnings)) lines.push('Warning', warning);
  return { status, reason, lines };
}

/** Trailers follow a chunked body or come on HTTP/2, and nothing else. Node throws if they are announced elsewhere. */
function canHaveTrailers({ method, request }: RequestContext, { status, lines }: ResponseHead): boolean {
  if (method === 'HEAD' || status === 204 || status === 304) return false;
  if (firstValue(lines, 'content-length') !== undefined) return false;
  return request.httpVersion !== '1.0';
}

function dropLine(lines: string[], lowerName: string): void {
  for (let index = lines.length - 2; index >= 0; index -= 2) {
    if (lines[index]?.toLowerCase() === lowerName) lines.splice(index, 2);
  }
}
