import { toAddress, toAuthority } from './authority.ts';
import { BackendFailure } from './backend-failure.ts';
import type { Findings } from './certificate-failure.ts';
import { type CodedError, toCodedError } from './coded-error.ts';
import type { TransportSettings } from './interface.ts';
import { findTLSFault } from './tls-failure.ts';

/** Tells why an exchange on an open connection failed, whatever undici, the parser or the socket said. */
export function toExchangeFailure(error: unknown, settings: TransportSettings): BackendFailure {
  if (error instanceof BackendFailure) return error;
  const coded = toCodedError(error);
  const findings = findTLSFault(coded, toAuthority(settings)) ?? findHTTPFault(coded) ?? unknown(coded);
  return new BackendFailure({ ...findings, address: toAddress(settings) }, error);
}

/** The failure of an answer that did not come in time. */
export function newTimeoutFailure(settings: TransportSettings, timeoutMs?: number): BackendFailure {
  const within = timeoutMs === undefined ? 'before the server gave up' : `within ${timeoutMs} ms`;
  return new BackendFailure({
    step: 'http',
    code: 'TIMEOUT',
    address: toAddress(settings),
    expected: `an answer ${within}`,
    seen: `no answer ${within}`,
    hint: 'Check whether the service hangs or is overloaded.',
  });
}

/** The failure of an answer that is complete HTTP and not acceptable all the same. */
export function newAnswerFailure(settings: TransportSettings, findings: Findings): BackendFailure {
  return new BackendFailure({ ...findings, address: toAddress(settings) });
}

/** The failure of everything that still runs, or comes too late, when the transport is closed. */
export function newClosingFailure(settings: TransportSettings): BackendFailure {
  return newAnswerFailure(settings, {
    step: 'connect',
    code: 'TRANSPORT_CLOSED',
    expected: 'open connections to the service',
    seen: "the gateway's connections to the service are being closed",
    hint: 'Send the request again.',
  });
}

/** The failure of a request that finds no place among those that the backend works on. */
export function newBusyFailure(settings: TransportSettings): BackendFailure {
  return newAnswerFailure(settings, {
    step: 'http',
    code: 'BUSY',
    expected: 'a service that keeps up',
    seen: 'the service has as many requests as it may have at a time',
    hint: 'Send the request again later, or let the service answer faster.',
  });
}

/** The failure of a connection on which a backend chose HTTP/2 and then did not begin to speak it. */
export function newBeginningFailure(settings: TransportSettings, withinMs: number): BackendFailure {
  return newAnswerFailure(settings, {
    step: 'http',
    code: 'NO_SETTINGS',
    expected: `HTTP/2 on a new connection within ${withinMs} ms`,
    seen: `the service chose HTTP/2 and then said nothing within ${withinMs} ms`,
    hint: 'Check whether the service hangs or is overloaded.',
  });
}

/** The failure of a request for which even a new HTTP/2 connection has no room. */
export function newNoStreamsFailure(settings: TransportSettings): BackendFailure {
  return newAnswerFailure(settings, {
    step: 'http',
    code: 'NO_STREAMS',
    expected: 'an HTTP/2 connection that takes requests',
    seen: 'the service allows no stream on a new connection (MAX_CONCURRENT_STREAMS)',
    hint: 'Let the service allow streams, or not offer HTTP/2.',
  });
}

/** The failure of an answer that broke off. */
export function newClosedFailure(settings: TransportSettings): BackendFailure {
  return newAnswerFailure(settings, closed);
}

/** Tells an error by which the backend ended the connection. */
export function isConnectionLoss(error: unknown): boolean {
  const { code, message } = toCodedError(error);
  if (code === 'UND_ERR_SOCKET') return message === 'other side closed' || message === 'closed';
  return code === 'HTTP2_SILENT' || code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED';
}

/** Tells an error by which a backend says that it has taken no notice of the request (RFC 9113 8.7). */
export function isUnprocessed(error: unknown): boolean {
  return toCodedError(error).code === 'HTTP2_UNPROCESSED';
}

/** Tells an error by which no connection came about. */
export function isDialFailure(error: unknown): boolean {
  return error instanceof BackendFailure && (error.step === 'connect' || error.step === 'tls');
}

const closed: Findings = {
  step: 'http',
  code: 'CLOSED',
  expected: 'a complete answer',
  seen: 'the service closed the connection before its answer was complete',
  hint: "Check the log of the service for a crash; a service that does not trust the gateway's front-proxy CA may close as well.",
};

/** What the codes of undici, the parser and the operating system mean in the middle of an exchange. */
const faults: readonly (Findings & { readonly codes: readonly string[] })[] = [
  {
    codes: ['UND_ERR_HEADERS_OVERFLOW', 'HPE_HEADER_OVERFLOW', 'HTTP2_HEAD_TOO_LARGE'],
    step: 'http',
    code: 'HEAD_TOO_LARGE',
    expected: 'a head of ordinary size',
    seen: 'more or longer header lines than the gateway takes',
    hint: 'Let the service send fewer or shorter headers.',
  },
  {
    codes: ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'HTTP2_CONTENT_LENGTH'],
    step: 'http',
    code: 'CONTENT_LENGTH_MISMATCH',
    expected: 'as many bytes as Content-Length says',
    seen: 'another number of bytes',
    hint: 'Correct the Content-Length that the service sends, or look for a crash in its log.',
  },
  {
    codes: ['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'HTTP2_SILENT'],
    step: 'http',
    code: 'CONNECTION_LOST',
    expected: 'a live connection',
    seen: 'the network lost the connection',
    hint: 'Check the network and whether the machine of the service is up.',
  },
  {
    codes: ['HTTP2_UNPROCESSED'],
    step: 'http',
    code: 'REFUSED_STREAM',
    expected: 'a service that takes the request',
    seen: 'the service refused the request unseen, as one does that is about to stop',
    hint: 'Send the request again.',
  },
];

function findHTTPFault(error: CodedError): Findings | undefined {
  const known = faults.find(({ codes }) => codes.includes(error.code));
  if (known !== undefined) {
    const { codes: _, ...findings } = known;
    return findings;
  }
  if (isConnectionLoss(error)) return closed;
  if (error.code === 'HTTP2_STREAM_RESET') return toResetFindings(error);
  const unreadable =
    error.code.startsWith('HPE_') || error.code === 'HTTPParserError' || error.code === 'UND_ERR_SOCKET';
  if (unreadable) return toUnreadable('HTTP/1.1', error);
  return error.code === 'HTTP2_PROTOCOL' ? toUnreadable('HTTP/2', error) : undefined;
}

function toUnreadable(protocol: 'HTTP/1.1' | 'HTTP/2', { message }: CodedError): Findings {
  return {
    step: 'http',
    code: 'NOT_HTTP',
    expected: `an answer in ${protocol}`,
    seen: `an answer that is not valid ${protocol} (${message})`,
    hint: `Check that the service speaks ${protocol} on this port, and what stands between it and the gateway.`,
  };
}

function toResetFindings({ message }: CodedError): Findings {
  return {
    step: 'http',
    code: 'STREAM_RESET',
    expected: 'a complete answer',
    seen: `the service broke the exchange off (${message}) before its answer was complete`,
    hint: 'Check the log of the service for a crash.',
  };
}

function unknown({ code, message }: CodedError): Findings {
  return { step: 'http', code, expected: 'a complete answer', seen: message, hint: 'Check the log of the service.' };
}
