import type { EmitSample, MetricFamily } from './family.ts';
import type { Distribution, Histogram, HistogramOptions, Showable } from './interface.ts';
import { newSeriesSet } from './series.ts';

/** Observations of one series. */
export interface Buckets extends Distribution {
  sum: number;
}

/** Nothing observed yet. */
export function newBuckets(bounds: readonly number[]): Buckets {
  return { counts: new Float64Array(bounds.length + 1), sum: 0 };
}

/** Counts a value. Values that are not finite are a caller's fault and are left out, so that the sum stays a number. */
export function observe(buckets: Buckets, bounds: readonly number[], value: number): void {
  if (!Number.isFinite(value)) return;
  let index = 0;
  while (index < bounds.length && value > (bounds[index] as number)) index++;
  buckets.counts[index] = (buckets.counts[index] as number) + 1;
  buckets.sum += value;
}

/** Emits the cumulated samples of a series. */
export function emitBuckets(
  buckets: Buckets,
  options: { bounds: readonly number[]; labels: string; emit: EmitSample },
): void {
  const { bounds, labels, emit } = options;
  const prefix = labels === '' ? '' : `${labels},`;
  let total = 0;
  for (const [index, count] of buckets.counts.entries()) {
    total += count;
    emit('_bucket', `${prefix}le="${index < bounds.length ? bounds[index] : '+Inf'}"`, total);
  }
  emit('_sum', labels, buckets.sum);
  emit('_count', labels, total);
}

/** A histogram and what `/metrics` shows of it. */
export function newHistogram<Name extends string>(options: HistogramOptions<Name>): Histogram<Name> & MetricFamily {
  const { name, help, buckets: bounds } = options;
  const series = newSeriesSet<Name, Buckets>(options, () => newBuckets(bounds));
  const target: Showable<Name> = {
    show(labels, { counts, sum }) {
      const buckets = series.at(labels);
      buckets.counts.set(counts);
      buckets.sum = sum;
    },
  };
  return {
    name,
    help,
    type: 'histogram',
    collect: () => options.collect?.(target),
    observe: (labels, value) => observe(series.at(labels), bounds, value),
    remove: (labels) => series.remove(labels),
    samples: (emit) => series.forEach((labels, buckets) => emitBuckets(buckets, { bounds, labels, emit })),
  };
}
