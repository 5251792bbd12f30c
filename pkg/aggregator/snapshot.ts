import type { Health } from './availability/health.ts';
import type { Trial } from './availability/trials.ts';
import type { Transport } from './proxy/interface.ts';
import type { ServiceReference } from './resolver/interface.ts';

/**
 * All that the data path knows of one APIService. A snapshot never changes; news arrive as another snapshot in its place, so a
 * request that has read one once sees a consistent state without a lock.
 */
export interface APIServiceSnapshot {
  /** `<version>.<group>`. */
  readonly name: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly groupPriorityMinimum: number;
  readonly versionPriority: number;
  /** Absent when the gateway serves the group/version by itself. */
  readonly service: ServiceReference | undefined;
  /** Where the service is, such as `https://127.0.0.1:7443`; empty when that is not known. */
  readonly addresses: readonly string[];
  /** Ways that are worth trying. Empty when the service is known to be unavailable, and for local ones. */
  readonly transports: readonly Transport[];
  /** Ways for whoever gets nowhere on those; absent for a service with a single address. */
  readonly lastResorts?: readonly Transport[];
  /** Ways that a few requests may try, because it is not known whether those that failed there would do so again. Absent: none. */
  readonly trials?: readonly TrialWay[];
  readonly availability: Availability;
  /** Absent when the gateway serves the group/version by itself. */
  readonly health?: Health;
}

/** A way to an address that has to prove itself. */
export interface TrialWay {
  readonly transport: Transport;
  /** Lets a request through, unless enough are under way; `limited`: it has a time limit. Its outcome is to be reported. */
  begin(limited: boolean): Trial | undefined;
}

/** What the `Available` condition says, as this process sees it. */
export interface Availability {
  /** `Unknown`: not probed yet. */
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  /** For `False` it names the step that failed, what was expected, what was seen, and what to do. */
  readonly message: string;
  /** Since when the status is what it is: RFC 3339, seconds, UTC. */
  readonly since: string;
}

/** One snapshot in place of another; `current` is absent when the APIService is gone, `previous` when it is new. */
export interface SnapshotChange {
  readonly name: string;
  readonly previous: APIServiceSnapshot | undefined;
  readonly current: APIServiceSnapshot | undefined;
}
