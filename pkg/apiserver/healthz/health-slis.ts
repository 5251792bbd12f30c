import type { BareMetrics } from '../../component/metrics/interface.ts';
import { newBareMetrics } from '../../component/metrics/metrics.ts';
import type { HealthEndpoint } from './checks.ts';

/** How health checks have fared, as service level indicators. Source: component-base `metrics/prometheus/slis`. */
export interface HealthSLIs {
  readonly metrics: BareMetrics;
  /** A check has been made. */
  observe(endpoint: HealthEndpoint, name: string, healthy: boolean): void;
}

/** Indicators of checks of which none has been made. */
export function newHealthSLIs(): HealthSLIs {
  const metrics = newBareMetrics();
  const results = metrics.gauge({
    name: 'kubernetes_healthcheck',
    help: 'Result of a single health check: 1 when it was well, 0 when it was not.',
    labelNames: ['name', 'type'],
  });
  const made = metrics.counter({
    name: 'kubernetes_healthchecks_total',
    help: 'Health checks that have been made.',
    labelNames: ['name', 'status', 'type'],
  });
  return {
    metrics,
    observe(type, name, healthy) {
      results.set({ name, type }, healthy ? 1 : 0);
      made.inc({ name, status: healthy ? 'success' : 'error', type });
    },
  };
}
