import type { MetricFamily } from './family.ts';
import type { Counter, CounterOptions, Gauge, GaugeOptions, Labels } from './interface.ts';
import { newSeriesSet } from './series.ts';

interface Cell {
  value: number;
}

/** A counter and what `/metrics` shows of it. */
export function newCounter<Name extends string>(options: CounterOptions<Name>): Counter<Name> & MetricFamily {
  const { name, help, collect } = options;
  const series = newSeriesSet<Name, Cell>(options, () => ({ value: 0 }));
  const set = (labels: Labels<Name>, total: number): void => {
    series.at(labels).value = total;
  };
  return {
    name,
    help,
    type: 'counter',
    inc(labels, by = 1) {
      if (by > 0) series.at(labels).value += by;
    },
    remove: (labels) => series.remove(labels),
    collect: () => collect?.(set),
    samples: (emit) => series.forEach((labels, { value }) => emit('', labels, value)),
  };
}

/** A gauge and what `/metrics` shows of it. */
export function newGauge<Name extends string>(options: GaugeOptions<Name>): Gauge<Name> & MetricFamily {
  const { name, help } = options;
  const series = newSeriesSet<Name, Cell>(options, () => ({ value: 0 }));
  const gauge: Gauge<Name> & MetricFamily = {
    name,
    help,
    type: 'gauge',
    set(labels, value) {
      series.at(labels).value = value;
    },
    add(labels, by) {
      series.at(labels).value += by;
    },
    remove: (labels) => series.remove(labels),
    collect: () => options.collect?.(gauge),
    samples: (emit) => series.forEach((labels, { value }) => emit('', labels, value)),
  };
  return gauge;
}
