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

/** Writes a whole answer. Does nothing when the client is gone. */
export function respond(context: RequestContext, answer: Answer): void {
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  const withoutBody = answer.status === 204 || answer.status === 304;
  writeHead(context, {
    ...answer,
    headers: { ...answer.headers, ...(withoutBody ? {} : { 'Content-Length': body.length }) },
  });
  // Node drops the body of an answer to HEAD by itself.
  if (withoutBody) context.response.end();
  else context.response.end(body);
}

/** Writes and flushes the head of a streamed answer. */
export function startStream(context: RequestContext, head: AnswerHead): void {
  writeHead(context, head);
  const { response } = context;
  if ('flushHeaders' in response) response.flushHeaders();
}

function writeHead(context: RequestContext, head: AnswerHead): void {
  // One signature serves both protocols here; their TypeScript types do not unify.
  const response = context.response as ServerResponse;
  if (response.headersSent || response.destroyed) return;
  const warnings = toWarningHeaders(context.warnings);
  response.writeHead(head.status, {
    'Audit-Id': context.auditID,
    'Cache-Control': 'no-cache, private',
    ...(head.contentType === undefined ? {} : { 'Content-Type': head.contentType }),
    ...(warnings.length === 0 ? {} : { Warning: warnings }),
    ...head.headers,
  });
}
