import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { RequestContext } from '../../request-context.ts';
import { toWarningHeaders } from './warning-header.ts';

/** A complete answer. */
export interface Answer {
  readonly status: number;
  /** Absent for answers without a body. */
  readonly contentType?: string;
  readonly body: string | Buffer;
  readonly headers?: OutgoingHttpHeaders;
}

/** Head of an answer whose body follows piece by piece. */
export type AnswerHead = Omit<Answer, 'body'>;

/** Writes a whole answer. Does nothing when the client is gone, or has been answered because this took too long. */
export function respond(context: RequestContext, answer: Answer): void {
  if (isAnswered(context)) return;
  const { body } = answer;
  const withoutBody = answer.status === 204 || answer.status === 304;
  const length = Buffer.byteLength(body);
  writeHead(context, {
    ...answer,
    headers: { ...answer.headers, ...(withoutBody ? {} : { 'Content-Length': length }) },
  });
  if (!withoutBody && context.method !== 'HEAD') context.responseBytes = length;
  // Node drops the body of an answer to HEAD by itself.
  if (withoutBody) context.response.end();
  else context.response.end(body);
}

/** Writes an answer whose body is long, as the client takes it. Resolves when all is handed over, or the client is gone. */
export async function respondInPieces(
  context: RequestContext,
  head: AnswerHead,
  pieces: readonly Buffer[],
): Promise<void> {
  if (isAnswered(context)) return;
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  writeHead(context, { ...head, headers: { ...head.headers, 'Content-Length': length } });
  const response = context.response as ServerResponse;
  if (context.method !== 'HEAD') {
    context.responseBytes = length;
    for (const piece of pieces.slice(0, -1)) {
      if (response.destroyed) return;
      if (!response.write(piece)) await whenDrained(response);
    }
  }
  response.end(pieces.at(-1));
}

function whenDrained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      response.off('drain', settle).off('close', settle);
      resolve();
    };
    response.on('drain', settle).on('close', settle);
  });
}

/** Writes and flushes the head of a streamed answer. */
export function startStream(context: RequestContext, head: AnswerHead): void {
  if (isAnswered(context)) return;
  writeHead(context, head);
  const { response } = context;
  if ('flushHeaders' in response) response.flushHeaders();
}

/** A second end of an HTTP/1.1 answer would be an error event that nobody listens to. */
function isAnswered({ response }: RequestContext): boolean {
  return response.headersSent || response.writableEnded || response.destroyed;
}

function writeHead(context: RequestContext, head: AnswerHead): void {
  // One signature serves both protocols here; their TypeScript types do not unify.
  const response = context.response as ServerResponse;
  const warnings = toWarningHeaders(context.warnings);
  response.writeHead(head.status, {
    'Audit-Id': context.auditID,
    'Cache-Control': 'no-cache, private',
    ...(head.contentType === undefined ? {} : { 'Content-Type': head.contentType }),
    ...(warnings.length === 0 ? {} : { Warning: warnings }),
    ...head.headers,
  });
}
