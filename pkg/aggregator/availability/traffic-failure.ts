import { BackendFailure } from '../proxy/backend-failure.ts';
import type { Outcome } from '../proxy/interface.ts';
import { isConnectFailure, isOwnFailure } from './failure-kinds.ts';

/** Answers by which a backend, or what stands before it, says that it cannot serve at all. */
const failingStatuses: ReadonlySet<number> = new Set([502, 503, 504]);

/** An exchange as it ended, at an address. */
export interface TrafficOutcome {
  readonly outcome: Outcome;
  /** Such as `https://127.0.0.1:7443`. */
  readonly address: string;
}

/** Something that speaks against a backend. */
export interface TrafficFailure {
  readonly failure: BackendFailure;
  /** Nothing came from the backend that a client could use: not the beginning of an answer, and no error of its own. */
  readonly silent: boolean;
}

/** What an exchange says of its backend: `undefined` when that is nothing. */
export type TrafficVerdict = 'good' | TrafficFailure | undefined;

/**
 * What an exchange says of its backend. Failures to connect are the prober's business, and refused redirects and upgrades are about
 * one request.
 */
export function judgeTraffic({ outcome, address }: TrafficOutcome): TrafficVerdict {
  const { kind, status, failure } = outcome;
  if (kind === 'client-left' || kind === 'not-sent') return undefined;
  if (failure !== undefined) {
    const counts = failure.step === 'http' && failure.code !== 'HEAD_TOO_LARGE' && !isOwnFailure(failure);
    return counts ? { failure, silent: !hasBegun(status) } : undefined;
  }
  if (kind === 'backend-failed') return undefined;
  if (!failingStatuses.has(status)) return 'good';
  const answer = new BackendFailure({
    step: 'status',
    code: `HTTP_${status}`,
    address,
    expected: 'answers of its own to requests',
    seen: `requests are answered with ${status}`,
    hint: 'Check the log of the service, and what stands between it and the gateway.',
  });
  return { failure: answer, silent: false };
}

/** Whether the status is that of an answer which broke off later, and not of ours in its place. */
function hasBegun(status: number): boolean {
  return status !== 0 && !failingStatuses.has(status);
}

/** What a request says that was let through to see how the backend is: here it counts as well that no connection came about. */
export function judgeTrial(exchange: TrafficOutcome): TrafficVerdict {
  const { failure } = exchange.outcome;
  if (failure !== undefined && isConnectFailure(failure) && !isOwnFailure(failure)) return { failure, silent: true };
  return judgeTraffic(exchange);
}
