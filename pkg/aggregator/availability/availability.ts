import { findAPIServiceCondition } from '../../../apis/apiregistration/v1/api-service-conditions.ts';
import type { APIService } from '../../../apis/apiregistration/v1/api-service-schema.ts';
import type { Availability } from '../snapshot.ts';
import { toConditionMessage } from './failure-kinds.ts';
import type { Verdict } from './interface.ts';

/** An availability before it is known since when. */
export type Finding = Omit<Availability, 'since'>;

/** Nothing is known. Requests are tried all the same: the first client may well be faster than the first probe. */
export const notProbed: Finding = {
  status: 'Unknown',
  reason: 'NotProbed',
  message: 'the service has not been probed yet',
};

/** What the verdicts on the addresses of a service mean together: one address that works is enough. */
export function toFinding(verdicts: readonly (Verdict | undefined)[]): Finding {
  if (verdicts.some((verdict) => verdict?.available === true)) {
    return { status: 'True', reason: 'Passed', message: 'all checks passed' };
  }
  const failures = verdicts.flatMap((verdict) => (verdict?.available === false ? [verdict.failure] : []));
  const [first] = failures;
  const hopeless = first !== undefined && failures.length === verdicts.length;
  return hopeless ? toFailed(toConditionMessage(first)) : notProbed;
}

/** The service was found and does not do what it should. */
export function toFailed(message: string): Finding {
  return { status: 'False', reason: 'FailedDiscoveryCheck', message };
}

/** Facts that say since when a finding holds. */
export interface FindingHistory {
  readonly previous: Availability | undefined;
  /** The object as stored: after a restart it remembers what this process does not. */
  readonly object: APIService;
  /** RFC 3339. */
  readonly now: string;
}

/** Since when a finding holds: for as long as its status was seen without a break. The very same one where nothing changed. */
export function toAvailability(finding: Finding, { previous, object, now }: FindingHistory): Availability {
  const { status, reason, message } = finding;
  if (previous?.status === status) {
    const same = previous.reason === reason && previous.message === message;
    return same ? previous : { ...finding, since: previous.since };
  }
  const stored = findAPIServiceCondition(object, 'Available');
  const remembered = previous === undefined || previous.status === 'Unknown' ? stored : undefined;
  const since = remembered?.status === status ? remembered.lastTransitionTime : undefined;
  return { ...finding, since: since ?? now };
}
