import type { Aggregator } from '../../../pkg/aggregator/interface.ts';
import type { HealthCheck } from '../../../pkg/apiserver/healthz/checks.ts';
import type { Clock } from '../../../pkg/component/id/clock.ts';

/** A service that has not answered its first probe by then holds readiness up no longer, in milliseconds. */
const patienceMs = 5000;

/** Fails until every service that was registered at the start has its first verdict, whatever that is, or has had time enough. */
export function newFirstProbeCheck(
  aggregator: Pick<Aggregator, 'list' | 'hasSynced'>,
  clock: Pick<Clock, 'monotonic'>,
): HealthCheck {
  let syncedAt: number | undefined;
  let ended = false;
  return {
    name: 'poststarthook/apiservice-first-probes',
    endpoints: ['readyz'],
    check() {
      if (ended) return;
      if (!aggregator.hasSynced()) throw new Error('APIServices are not loaded yet');
      syncedAt ??= clock.monotonic();
      const waiting = aggregator
        .list()
        .filter(({ service, availability }) => service !== undefined && availability.status === 'Unknown')
        .map(({ name }) => name);
      ended = waiting.length === 0 || clock.monotonic() - syncedAt >= patienceMs;
      if (!ended) throw new Error(`not probed yet: [${waiting.toSorted().join(' ')}]`);
    },
  };
}
