import type { MetricsRegistry } from '../../component/metrics/interface.ts';
import type { Aggregator } from '../interface.ts';

/** What upstream counts where a condition gives no reason. */
const noReason = 'UnknownReason';

/** Shows which APIServices are unavailable, under upstream's names (Go: `pkg/controllers/status/metrics`). */
export function addAPIServiceMetrics(
  registry: MetricsRegistry,
  aggregator: Pick<Aggregator, 'list' | 'subscribe'>,
): void {
  registry.gauge({
    name: 'aggregator_unavailable_apiservice',
    help: 'Whether an APIService is unavailable: 1 if it is, 0 if not.',
    labelNames: ['name'],
    collectsAll: true,
    collect(target) {
      for (const { name, availability } of aggregator.list()) {
        target.set({ name }, availability.status === 'True' ? 0 : 1);
      }
    },
  });
  const falls = registry.counter({
    name: 'aggregator_unavailable_apiservice_total',
    help: 'How often an APIService became unavailable, by reason.',
    labelNames: ['name', 'reason'],
  });
  const reasons = new Map<string, Set<string>>();
  aggregator.subscribe(({ name, previous, current }) => {
    if (current === undefined) {
      for (const reason of reasons.get(name) ?? []) falls.remove({ name, reason });
      reasons.delete(name);
    } else if (previous?.availability.status === 'True' && current.availability.status !== 'True') {
      const reason = current.availability.reason || noReason;
      reasons.set(name, (reasons.get(name) ?? new Set()).add(reason));
      falls.inc({ name, reason });
    }
  });
}
