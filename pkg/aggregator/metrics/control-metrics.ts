import type { Clock } from '../../component/id/clock.ts';
import type { MetricsRegistry } from '../../component/metrics/interface.ts';
import type { APIServiceSnapshot } from '../snapshot.ts';
import type { AggregatorObserver, DocumentKind } from './observer.ts';

/** What the metrics of the control path need. */
export interface ControlMetricsOptions {
  /** Asked only when somebody looks. */
  readonly snapshots: () => readonly Pick<APIServiceSnapshot, 'name' | 'service' | 'addresses' | 'health'>[];
  readonly clock: Pick<Clock, 'monotonic'>;
}

/** Hears of the control path, and of what nobody asks for any more. */
export interface ControlMetrics extends AggregatorObserver {
  /** An APIService has no more to do with these addresses. Unless another one has, what was counted of them goes. */
  left(addresses: readonly string[]): void;
}

const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

const ages: readonly { readonly kind: DocumentKind; readonly help: string }[] = [
  { kind: 'discovery', help: 'Seconds since the discovery of an APIService was last read from its service.' },
  { kind: 'openapi', help: 'Seconds since the OpenAPI documents of an APIService were last read from its service.' },
];

/** Adds metrics of probes and documents to a registry. kube-aggregator has none of them. */
export function newControlMetrics(registry: MetricsRegistry, options: ControlMetricsOptions): ControlMetrics {
  const { snapshots, clock } = options;
  const probes = registry.counter({
    name: 'tributary_backend_probes_total',
    help: 'Number of probes, by address and result: ok, or step and code of the failure.',
    labelNames: ['address', 'result'],
  });
  const durations = registry.histogram({
    name: 'tributary_backend_probe_duration_seconds',
    help: 'Time that probes took, by whether they were answered well.',
    labelNames: ['outcome'],
    buckets: durationBuckets,
  });
  registry.gauge({
    name: 'tributary_backend_state',
    help: 'State of each address (unknown, available, degraded, unavailable) and of its circuit breaker (closed, open, half-open): 1 where a group/version sees it so.',
    labelNames: ['address', 'state', 'breaker'],
    collectsAll: true,
    collect(target) {
      for (const { address, state, breaker = 'closed' } of snapshots().flatMap(({ health }) => health?.addresses ?? []))
        target.set({ address, state, breaker }, 1);
    },
  });
  const results = new Map<string, Set<string>>();
  const readAt: Record<DocumentKind, Map<string, number>> = { discovery: new Map(), openapi: new Map() };
  for (const { kind, help } of ages) {
    registry.gauge({
      name: `tributary_${kind}_age_seconds`,
      help,
      labelNames: ['name'],
      collectsAll: true,
      collect(target) {
        const known = new Set(snapshots().flatMap(({ name, service }) => (service === undefined ? [] : [name])));
        for (const [name, at] of readAt[kind]) {
          if (known.has(name)) target.set({ name }, (clock.monotonic() - at) / 1000);
          else readAt[kind].delete(name);
        }
      },
    });
  }
  return {
    probed(address, { failure, ms }) {
      const result = failure === undefined ? 'ok' : `${failure.step}/${failure.code}`;
      results.set(address, (results.get(address) ?? new Set()).add(result));
      probes.inc({ address, result });
      durations.observe({ outcome: failure === undefined ? 'ok' : 'failed' }, ms / 1000);
    },
    read: (kind, name) => void readAt[kind].set(name, clock.monotonic()),
    left(addresses) {
      for (const address of addresses) {
        if (snapshots().some((each) => each.addresses.includes(address))) continue;
        for (const result of results.get(address) ?? []) probes.remove({ address, result });
        results.delete(address);
      }
    },
  };
}
