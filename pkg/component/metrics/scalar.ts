import type { MetricFamily } from './family.ts';
import type { Counter, Gauge, ScalarOptions } from './interface.ts';
import { newSeriesSet } from './series.ts';

/** A counter and what `/metrics` shows of it. */
export function newCounter<Name extends string>(options: ScalarOptions<Name>): Counter<Name> & MetricFamily {
  const { gauge, family } = newScalar(options, 'counter');
  return {
    ...family,
    inc(labels, by = 1) {
      if (by > 0) gauge.add(labels, by);
    },
    remove: (labels) => gauge.remove(labels),
  };
}

/** A gauge and what `/metrics` shows of it. */
export function newGauge<Name extends string>(options: ScalarOptions<Name>): Gauge<Name> & MetricFamily {
  const { gauge, family } = newScalar(options, 'gauge');
  return { ...family, ...gauge };
}

interface Scalar<Name extends string> {
  readonly gauge: Gauge<Name>;
  readonly family: MetricFamily;
}

function newScalar<Name extends string>(options: ScalarOptions<Name>, type: 'counter' | 'gauge'): Scalar<Name> {
  const series = newSeriesSet<Name, { value: number }>(options, () => ({ value: 0 }));
  const gauge: Gauge<Name> = {
    set(labels, value) {
      series.at(labels).value = value;
    },
    add(labels, by) {
      series.at(labels).value += by;
    },
    remove: (labels) => series.remove(labels),
  };
  const family: MetricFamily = {
    name: options.name,
    help: options.help,
    type,
    collect() {
      if (options.collectsAll === true) series.clear();
      options.collect?.(gauge);
    },
    samples: (emit) => series.forEach((labels, { value }) => emit('', labels, value)),
  };
  return { gauge, family };
}
