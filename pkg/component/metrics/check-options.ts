import type { MetricOptions } from './interface.ts';

/** Throws a `TypeError` for a name, label or bucket that Prometheus would refuse: it would refuse the whole page with it. */
export function checkOptions(options: MetricOptions<string> & { readonly buckets?: readonly number[] }): void {
  const { name, labelNames, buckets = [] } = options;
  if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) throw new TypeError(`${JSON.stringify(name)} is no name for a metric`);
  const bad = labelNames.find(
    (label) => !/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label) || label.startsWith('__') || label === 'le',
  );
  if (bad !== undefined) throw new TypeError(`${JSON.stringify(bad)} is no name for a label of ${name}`);
  const ascending = buckets.every(
    (bound, index) => Number.isFinite(bound) && bound > (buckets[index - 1] ?? -Infinity),
  );
  if (!ascending) throw new TypeError(`the buckets of ${name} are not ascending`);
}
