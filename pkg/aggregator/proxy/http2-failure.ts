import { constants } from 'node:http2';
import { type CodedError, toCodedError } from './coded-error.ts';

const { NGHTTP2_REFUSED_STREAM, NGHTTP2_PROTOCOL_ERROR, NGHTTP2_ENHANCE_YOUR_CALM } = constants;

/** What is known of a stream that ended before its answer was complete. */
export interface StreamFacts {
  /** Absent when the stream never got one, so that nothing was sent. */
  readonly id: number | undefined;
  readonly resetCode: number;
  /** Why the connection ended, if it did. */
  readonly connectionError: Error | undefined;
  /** The last stream that the backend has looked at, if it said so. */
  readonly lastStream: number | undefined;
  /** Whether anything of the answer has come. */
  readonly heard: boolean;
  /** Bytes of the answer's body: those that were announced, and those that came. */
  readonly announced: number | undefined;
  readonly received: number;
}

/** Why a stream ended before its answer was complete. */
export function toStreamError(facts: StreamFacts): CodedError | Error {
  const { id, resetCode, connectionError, lastStream, heard, announced, received } = facts;
  const ignored = id === undefined || (lastStream !== undefined && id > lastStream);
  if (!heard && (ignored || resetCode === NGHTTP2_REFUSED_STREAM)) return newUnprocessedError();
  // Node resets the stream itself when the rules are broken, or ends the connection. A backend has no reason to choose these codes
  // for one stream.
  const broken = resetCode === NGHTTP2_PROTOCOL_ERROR || toCodedError(connectionError).code === 'HTTP2_PROTOCOL';
  if (broken && announced !== undefined && announced !== received)
    return coded('HTTP2_CONTENT_LENGTH', 'another length');
  if (connectionError !== undefined) return connectionError;
  if (broken) return coded('HTTP2_PROTOCOL', nameOf(resetCode));
  if (resetCode === NGHTTP2_ENHANCE_YOUR_CALM && !heard) return newHeadError();
  return coded('HTTP2_STREAM_RESET', nameOf(resetCode));
}

/** Why a connection ended, by the error that Node gave: the backend left, or it broke the rules of HTTP/2. */
export function toConnectionError(error: CodedError | undefined): CodedError {
  if (error === undefined) return newLossError('the connection was closed');
  // GOAWAY with an error: the backend ends the connection.
  if (error.code === 'ERR_HTTP2_SESSION_ERROR') return newLossError(error.message);
  if (error.code.startsWith('ERR_HTTP2_')) return coded('HTTP2_PROTOCOL', error.message);
  return error;
}

/** The error of everything on a connection whose backend does not answer any more. */
export function newSilentError(): CodedError {
  return coded('HTTP2_SILENT', 'no answer to a ping');
}

/** The error of a head beyond what is taken. */
export function newHeadError(): CodedError {
  return coded('HTTP2_HEAD_TOO_LARGE', 'the head is too large');
}

function newLossError(message: string): CodedError {
  return coded('ECONNRESET', message);
}

/** The error of a request of which the backend has taken no notice, and said so. */
export function newUnprocessedError(): CodedError {
  return coded('HTTP2_UNPROCESSED', 'the backend refused the stream');
}

function nameOf(resetCode: number): string {
  const found = Object.entries(constants).find(([name, code]) => code === resetCode && errorName.test(name));
  return found?.[0].replace('NGHTTP2_', '') ?? `error ${resetCode}`;
}

const errorName =
  /^NGHTTP2_(NO_ERROR|PROTOCOL_ERROR|INTERNAL_ERROR|FLOW_CONTROL_ERROR|SETTINGS_TIMEOUT|STREAM_CLOSED|FRAME_SIZE_ERROR|REFUSED_STREAM|CANCEL|COMPRESSION_ERROR|CONNECT_ERROR|ENHANCE_YOUR_CALM|INADEQUATE_SECURITY|HTTP_1_1_REQUIRED)$/;

function coded(code: string, message: string): CodedError {
  return Object.assign(new Error(message), { code });
}
