import { toText } from './exposition.ts';
import type { MetricFamily } from './family.ts';
import { newHistogram } from './histogram.ts';
import type { Metrics, MetricsRegistry } from './interface.ts';
import { newProcessMetrics } from './process-metrics.ts';
import { newRequestMetrics } from './request-metrics.ts';
import { newCounter, newGauge } from './scalar.ts';

/** What to measure. */
export interface MetricsOptions {
  /** Adds `process_*` and `nodejs_*`; for the one server of a process that speaks for it. Default false. */
  readonly process?: boolean;
}

/** The metrics of one server, with the request metrics in place. Nothing is global: two servers in a process do not mix. */
export function newMetrics(options: MetricsOptions = {}): Metrics {
  const families = new Map<string, MetricFamily>();
  const add = <F extends MetricFamily>(family: F): F => {
    if (families.has(family.name)) throw new TypeError(`the metric ${family.name} exists already`);
    families.set(family.name, family);
    return family;
  };
  const registry: MetricsRegistry = {
    counter: (counterOptions) => add(newCounter(counterOptions)),
    gauge: (gaugeOptions) => add(newGauge(gaugeOptions)),
    histogram: (histogramOptions) => add(newHistogram(histogramOptions)),
  };
  const processMetrics = options.process === true ? newProcessMetrics() : undefined;
  return {
    ...registry,
    requests: newRequestMetrics(registry, add),
    async render() {
      const own = await toText(families.values());
      const rest = processMetrics === undefined ? '' : await processMetrics();
      return { contentType: 'text/plain; version=0.0.4; charset=utf-8', body: own + rest };
    },
  };
}
