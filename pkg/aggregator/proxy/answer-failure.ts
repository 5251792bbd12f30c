import type { Status } from '../../../apis/meta/v1/types.ts';
import { newServiceUnavailable, newTimeout } from '../../apimachinery/errors/constructors.ts';
import { newStatusError, type StatusError } from '../../apimachinery/errors/status-error.ts';
import type { RequestContext } from '../../apiserver/request-context.ts';
import type { BackendFailure } from './backend-failure.ts';
import { writeHead } from './client-response.ts';

/** The answer to a request whose backend could not be reached, or died before it answered. */
export function toStatusError(failure: BackendFailure): StatusError {
  const message = `error trying to reach service: ${describe(failure)}`;
  const error =
    failure.step === 'http' && failure.code === 'TIMEOUT'
      ? newTimeout(`request did not complete within the allotted timeout: ${describe(failure)}`)
      : newServiceUnavailable(message);
  return withCause(error, failure);
}

/** The answer in place of a redirect, which would lead the client's credentials elsewhere (CVE-2022-3172). Text as upstream. */
export function toRedirectError(failure: BackendFailure): StatusError {
  const message = 'the backend attempted to redirect this request, which is not permitted';
  return withCause(newStatusError({ code: 502, reason: 'InternalError', message }), failure);
}

/** The answer to an upgrade that the backend neither granted nor refused properly. Text as upstream. */
export function toUpgradeError(failure: BackendFailure): StatusError {
  return withCause(newServiceUnavailable(`invalid upgrade response: ${failure.seen}`), failure);
}

/** A complete answer that carries a `Status`. */
export interface StatusAnswer {
  readonly status: number;
  readonly lines: string[];
  readonly body: Buffer;
}

/** The answer in JSON, or in plain text for a client that accepts nothing but text. */
export function toStatusAnswer(context: RequestContext, status: Status): StatusAnswer {
  const text = acceptsOnlyText(context.request.headers.accept);
  const body = Buffer.from(text ? `${status.message ?? ''}\n` : `${JSON.stringify(status)}\n`);
  const lines = [
    'Content-Type',
    text ? 'text/plain; charset=utf-8' : 'application/json',
    'Content-Length',
    String(body.length),
    'Cache-Control',
    'no-cache, private',
    'X-Content-Type-Options',
    'nosniff',
  ];
  if (context.auditID !== '') lines.push('Audit-Id', context.auditID);
  const wait = status.details?.retryAfterSeconds;
  if (wait !== undefined) lines.push('Retry-After', String(wait));
  return { status: status.code ?? 500, lines, body };
}

/** Answers with a `Status`; the client must be there and the head must not have been sent. */
export function answerStatus(context: RequestContext, status: Status): void {
  const { response } = context;
  const answer = toStatusAnswer(context, status);
  writeHead(response, { status: answer.status, reason: '', lines: answer.lines });
  if (context.method === 'HEAD') response.end();
  else response.end(answer.body);
}

function describe({ message, code, hint }: BackendFailure): string {
  return `${message} (${code}). ${hint}`;
}

function withCause(error: StatusError, failure: BackendFailure): StatusError {
  const { code, expected, seen } = failure;
  const causes = [{ reason: code, message: `expected ${expected}, saw ${seen}` }];
  const { code: status, reason, message } = error.status;
  return newStatusError({
    code: status ?? 500,
    reason: reason ?? '',
    message: message ?? '',
    details: { ...error.status.details, causes },
    cause: failure,
  });
}

function acceptsOnlyText(accept: string | undefined): boolean {
  const types = (accept ?? '').split(',').map((clause) => (clause.split(';')[0] ?? '').trim().toLowerCase());
  return types.every((type) => type.startsWith('text/'));
}
