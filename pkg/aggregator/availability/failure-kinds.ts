import type { BackendFailure } from '../proxy/backend-failure.ts';
import type { Verdict } from './interface.ts';

/** Failures of this process or of its machine, which say nothing about the backend. */
const ownFailures: ReadonlySet<string> = new Set([
  'GATEWAY_CLOSING',
  'TRANSPORT_CLOSED',
  'BUSY',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'EADDRNOTAVAIL',
]);

/** Whether the failure is not the backend's. */
export function isOwnFailure({ code }: BackendFailure): boolean {
  return ownFailures.has(code);
}

/** Whether no connection came about, which concerns every group/version behind the address alike. */
export function isConnectFailure({ step }: BackendFailure): boolean {
  return step === 'resolve' || step === 'connect' || step === 'tls';
}

/**
 * Whether one failed request is proof enough: nobody listens, there is no such name, or the certificate is wrong. A handshake that
 * broke off may have been one of many.
 */
export function isConclusive(failure: BackendFailure): boolean {
  const { code } = failure;
  return isConnectFailure(failure) && !isTimeout(failure) && !passing.has(code);
}

/** What also happens to a backend that is only short of room for one more connection. */
const passing: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'EAI_AGAIN']);

/** Whether nobody was there, or somebody left in the middle: as with a process that is restarted, which may be back at any moment. */
export function isAbsence(failure: BackendFailure): boolean {
  const { step, code } = failure;
  return (step === 'connect' && !isTimeout(failure)) || code === 'CLOSED' || passing.has(code);
}

/** Whether it cannot be chance, and takes its time to be found out again. */
export function isCertain({ code }: BackendFailure): boolean {
  return code === 'BODY_TOO_LARGE';
}

/** Whether the backend took too long. */
export function isTimeout({ code }: BackendFailure): boolean {
  return code === 'TIMEOUT';
}

/**
 * Whether two verdicts say the same. Texts of timeouts hold numbers that differ from probe to probe, and which step runs out of
 * time first may differ as well: only a step that says more than "no answer" is news.
 */
export function isSameVerdict(a: Verdict, b: Verdict): boolean {
  if (a.available || b.available) return a.available === b.available;
  if (isTimeout(a.failure) && isTimeout(b.failure))
    return b.failure.step === 'http' || a.failure.step === b.failure.step;
  return toConditionMessage(a.failure) === toConditionMessage(b.failure);
}

/** What a condition says of a failure: the step, what was seen, what was expected, and what to do. */
export function toConditionMessage({ message, expected, hint }: BackendFailure): string {
  return `${message}; expected ${expected}. ${hint}`;
}
