import type { Status } from '../../../apis/meta/v1/types.ts';
import { newStatusError, StatusError } from '../../apimachinery/errors/status-error.ts';
import type { StatusReason } from '../../../apis/meta/v1/types.ts';
import type { RawAnswer } from './interface.ts';

/** What was asked, for the message: `get apiservices.apiregistration.k8s.io v1.example.com`. */
export type RequestSubject = string;

/** Reasons and messages that client-go gives to answers without a `Status` (`errors.NewGenericServerResponse`). */
const generic: ReadonlyMap<number, readonly [StatusReason, string]> = new Map([
  [400, ['BadRequest', 'the server rejected our request for an unknown reason']],
  [401, ['Unauthorized', 'the server has asked for the client to provide credentials']],
  [403, ['Forbidden', 'the server does not allow this request']],
  [404, ['NotFound', 'the server could not find the requested resource']],
  [405, ['MethodNotAllowed', 'the server does not allow this method on the requested resource']],
  [406, ['NotAcceptable', 'the server was unable to respond with a content type that the client supports']],
  [409, ['Conflict', 'the server reported a conflict']],
  [410, ['Expired', 'the revision that was asked for is too old for the server']],
  [413, ['RequestEntityTooLarge', 'the request is too large for the server']],
  [415, ['UnsupportedMediaType', 'the server does not take this content type']],
  [422, ['Invalid', 'the server rejected our request due to an error in our request']],
  [429, ['TooManyRequests', 'the server has received too many requests and has asked us to try again later']],
  [503, ['ServiceUnavailable', 'the server is currently unable to handle the request']],
  [
    504,
    [
      'Timeout',
      'the server was unable to return a response in the time allotted, but may still be processing the request',
    ],
  ],
]);

/** Longest text of a foreign answer that is repeated in a message. */
const maxQuoted = 300;

/** The error that an answer with a status from 300 on stands for. */
export function toStatusError(answer: RawAnswer, subject: RequestSubject): StatusError {
  const text = answer.body.toString('utf8');
  const status = tryParseStatus(text);
  if (status !== undefined) return new StatusError({ ...status, code: status.code ?? answer.status });
  const [reason, sentence] = generic.get(answer.status) ?? fallback(answer.status, text);
  const said = toQuoted(text);
  const retryAfterSeconds = Number(answer.headers['retry-after']);
  return newStatusError({
    code: answer.status,
    reason,
    message: `${sentence} (${subject})${said === '' ? '' : `: ${said}`}`,
    details: {
      ...(said === '' ? {} : { causes: [{ reason: 'UnexpectedServerResponse', message: said }] }),
      ...(Number.isInteger(retryAfterSeconds) && retryAfterSeconds > 0 ? { retryAfterSeconds } : {}),
    },
  });
}

/** The `Status` that a text holds, if it does. */
export function tryParseStatus(text: string): Status | undefined {
  try {
    const value = JSON.parse(text) as Partial<Status> | null;
    return isStatus(value) && value.status === 'Failure' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Tells a `Status` document. */
export function isStatus(value: unknown): value is Status {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status' && 'status' in value;
}

function fallback(code: number, text: string): readonly [StatusReason, string] {
  if (code >= 500)
    return [
      'InternalError',
      `an error on the server (${JSON.stringify(toQuoted(text))}) has prevented the request from succeeding`,
    ];
  return ['', `the server responded with the status code ${code} but did not return more information`];
}

/** A short piece of a foreign text, on one line. */
function toQuoted(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > maxQuoted ? `${line.slice(0, maxQuoted)}…` : line;
}
