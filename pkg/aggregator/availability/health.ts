import type { BackendFailure } from '../proxy/backend-failure.ts';
import { isAbsence } from './failure-kinds.ts';
import type { Verdict } from './interface.ts';
import type { BreakerState, Traffic } from './traffic.ts';

/**
 * How a service or one of its addresses is. `degraded`: it answers, and not all of it, or not every request: an address of several is
 * unavailable, or clients' requests fail where probes pass.
 */
export type HealthState = 'unknown' | 'available' | 'degraded' | 'unavailable';

/** How a service is, address by address. */
export interface Health {
  readonly state: HealthState;
  /** Since when: RFC 3339, seconds, UTC. */
  readonly since: string;
  readonly addresses: readonly AddressHealth[];
}

/** How one address is. */
export interface AddressHealth {
  /** Such as `https://127.0.0.1:7443`. */
  readonly address: string;
  readonly state: HealthState;
  /** Since when: RFC 3339, seconds, UTC. */
  readonly since: string;
  /** When it last gave a good answer, before what is wrong now: RFC 3339; absent when it never did, and while nothing is wrong. */
  readonly lastSuccess?: string;
  /** Whether requests are kept away; absent while they are not. */
  readonly breaker?: Exclude<BreakerState, 'closed'>;
  /** What is wrong. */
  readonly failure?: Pick<BackendFailure, 'step' | 'code' | 'expected' | 'seen' | 'hint'>;
}

/** The state of an address: what probes found, and how requests fare. Where none gets an answer, good probes are no comfort. */
export function toAddressState(
  verdict: Verdict | undefined,
  { trouble, refuses }: Pick<Traffic, 'trouble' | 'refuses'>,
): HealthState {
  if (verdict === undefined) return 'unknown';
  if (!verdict.available || refuses) return 'unavailable';
  return trouble === undefined ? 'available' : 'degraded';
}

/** The state of a service: one address that answers keeps it from being unavailable. */
export function toServiceState(states: readonly HealthState[]): HealthState {
  const [first] = states;
  if (first === undefined) return 'unavailable';
  if (states.every((state) => state === first)) return first;
  const answering = states.some((state) => state === 'available' || state === 'degraded');
  if (!answering) return 'unknown';
  // An address of which nothing is known yet is no reason to worry.
  return states.some((state) => state === 'degraded' || state === 'unavailable') ? 'degraded' : 'available';
}

/**
 * Which addresses get requests: those that are well. Those where requests fail are left out as long as they are the smaller part, so
 * that the others can bear it; where nobody is well, those of which nothing is known are tried.
 */
export function chooseUsable<T extends { readonly state: HealthState }>(all: readonly T[]): readonly T[] {
  const available = all.filter(({ state }) => state === 'available');
  const degraded = all.filter(({ state }) => state === 'degraded');
  if (available.length > degraded.length) return available;
  if (available.length + degraded.length > 0) return [...available, ...degraded];
  return all.filter(({ state }) => state === 'unknown');
}

/**
 * Addresses for a request that every usable one has refused: those where nobody was when they were last tried, which costs next to
 * nothing to find out again, and those that were not tried yet. Whoever restarts the backends of a service one after the other
 * ends the next one as soon as the last one listens again, and that is sooner than probes can be sure of it. Nothing for a service
 * with a single address: when that is gone, clients are told so at once.
 */
export function chooseLastResorts<T extends { readonly verdict: Verdict | undefined }>(
  all: readonly T[],
  usable: readonly T[],
): readonly T[] {
  if (all.length < 2) return [];
  return all.filter((each) => {
    const { verdict } = each;
    if (usable.includes(each) || verdict?.available === true) return false;
    return verdict === undefined || isAbsence(verdict.failure);
  });
}
