import type { BackendFailure } from '../proxy/backend-failure.ts';

/** What is read of services in the background. */
export type DocumentKind = 'discovery' | 'openapi';

/** How a probe ended. */
export interface ProbeOutcome {
  /** Absent when all was well. */
  readonly failure: BackendFailure | undefined;
  readonly ms: number;
}

/** Hears of what the aggregator does by itself, for metrics. Calls are synchronous. */
export interface AggregatorObserver {
  /** A question was put to a backend address. */
  probed(address: string, outcome: ProbeOutcome): void;
  /** Documents of an APIService were read, whether they have changed or not. */
  read(kind: DocumentKind, name: string): void;
}
