import { checkOptions } from './check-options.ts';
import { textContentType, toText } from './exposition.ts';
import type { MetricFamily } from './family.ts';
import { newHistogram } from './histogram.ts';
import type { BareMetrics, Metrics, MetricsRegistry } from './interface.ts';
import { newProcessMetrics } from './process-metrics.ts';
import { newRequestMetrics } from './request-metrics.ts';
import { newCounter, newGauge } from './scalar.ts';

/** What to measure. */
export interface MetricsOptions {
  /** Adds `process_*` and `nodejs_*`; for the one server of a process that speaks for it. Default false. */
  readonly process?: boolean;
}

/**
 * The metrics of one server, with the request metrics in place. Nothing is global: two servers in a process do not mix. Values are
 * kept here and not in prom-client, because observing a request there takes ten times as long (4 µs to 0.3 µs) and its
 * import is not free; prom-client measures the process.
 */
export function newMetrics(options: MetricsOptions = {}): Metrics {
  const families = newFamilies();
  const processMetrics = options.process === true ? newProcessMetrics() : undefined;
  return {
    ...families.registry,
    requests: newRequestMetrics(families.registry, families.add),
    async render() {
      const { contentType, body } = await families.render();
      return { contentType, body: body + ((await processMetrics?.()) ?? '') };
    },
  };
}

/** Metrics for an endpoint of their own, with nothing in them yet. */
export function newBareMetrics(): BareMetrics {
  const { registry, render } = newFamilies();
  return { ...registry, render };
}

interface Families {
  readonly registry: MetricsRegistry;
  readonly add: <F extends MetricFamily>(family: F) => F;
  readonly render: BareMetrics['render'];
}

function newFamilies(): Families {
  const families = new Map<string, MetricFamily>();
  const add = <F extends MetricFamily>(family: F): F => {
    if (families.has(family.name)) throw new TypeError(`there is a metric ${family.name} already`);
    families.set(family.name, family);
    return family;
  };
  const registry: MetricsRegistry = {
    counter(counter) {
      checkOptions(counter);
      return add(newCounter(counter));
    },
    gauge(gauge) {
      checkOptions(gauge);
      return add(newGauge(gauge));
    },
    histogram(histogram) {
      checkOptions(histogram);
      return add(newHistogram(histogram));
    },
  };
  return {
    registry,
    add,
    render: async () => ({ contentType: textContentType, body: await toText(families.values()) }),
  };
}
