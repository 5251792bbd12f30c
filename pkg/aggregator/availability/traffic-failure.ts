import { BackendFailure } from '../proxy/backend-failure.ts';
import type { Outcome } from '../proxy/interface.ts';
import { isConnectFailure, isOwnFailure, isTimeout } from './failure-kinds.ts';

/** Answers by which a backend, or what stands before it, says that it cannot serve at all. */
const failingStatuses: ReadonlySet<number> = new Set([502, 503, 504]);

/** A client that gives its request less time than this says nothing of the backend. */
const impatientMs = 1000;

/** An exchange as it ended, at an address. */
export interface TrafficOutcome {
  readonly outcome: Outcome;
  /** Such as `https://127.0.0.1:7443`. */
  readonly address: string;
  /** How long it took, where that is known. */
  readonly elapsedMs?: number | undefined;
}

/** What an exchange says of its backend: `undefined` when that is nothing. */
export type TrafficVerdict = 'good' | BackendFailure | undefined;

/**
 * What an exchange says of its backend. Failures to connect are the prober's business, and refused redirects and upgrades are about
 * one request.
 */
export function judgeTraffic({ outcome, address, elapsedMs = Infinity }: TrafficOutcome): TrafficVerdict {
  const { kind, status, failure } = outcome;
  if (kind === 'client-left' || kind === 'not-sent') return undefined;
  if (failure !== undefined) {
    if (isTimeout(failure) && elapsedMs < impatientMs) return undefined;
    return failure.step === 'http' && failure.code !== 'HEAD_TOO_LARGE' && !isOwnFailure(failure) ? failure : undefined;
  }
  if (kind === 'backend-failed') return undefined;
  if (!failingStatuses.has(status)) return 'good';
  return new BackendFailure({
    step: 'status',
    code: `HTTP_${status}`,
    address,
    expected: 'answers of its own to requests',
    seen: `requests are answered with ${status}`,
    hint: 'Check the log of the service, and what stands between it and the gateway.',
  });
}

/** What a request says that was let through to see how the backend is: here it counts as well that no connection came about. */
export function judgeTrial(exchange: TrafficOutcome): TrafficVerdict {
  const { failure } = exchange.outcome;
  if (failure !== undefined && isConnectFailure(failure) && !isOwnFailure(failure)) return failure;
  return judgeTraffic(exchange);
}
