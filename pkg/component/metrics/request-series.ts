import { type Buckets, newBuckets } from './histogram.ts';
import type { RequestLabels } from './interface.ts';
import { isOversized, overflowValue, toLabelText } from './label-text.ts';

/** Upstream's bounds of `apiserver_request_duration_seconds`. */
export const durationBounds: readonly number[] = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
];

/** Upstream's bounds of `apiserver_response_sizes`. */
export const sizeBounds: readonly number[] = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

/** Everything that is counted for one combination of labels, so that a request costs one look-up. */
export interface RequestSeries {
  /** Label texts, as the families differ in the labels that they have. */
  readonly labels: string;
  readonly labelsWithoutDryRun: string;
  readonly labelsWithoutComponent: string;
  readonly isDryRun: boolean;
  /** By status code; 0 stands for the codes beyond the limit. */
  readonly codes: Map<number, number>;
  readonly terminations: Map<number, number>;
  readonly durations: Buckets;
  readonly sliDurations: Buckets;
  /** Only for GET and LIST. */
  readonly responseSizes: Buckets | undefined;
  longRunning: number | undefined;
  aborts: number;
}

/** All combinations of labels seen so far. */
export interface RequestSeriesSet {
  at(labels: RequestLabels): RequestSeries;
  values(): Iterable<RequestSeries>;
}

/** Combinations of labels that are told apart: paths are the client's invention, memory is ours. */
const maxSeries = 1000;

/** Status codes that are told apart for each: a backend may invent codes, too. */
const maxCodes = 40;

const overflowLabels: RequestLabels = {
  verb: overflowValue,
  dryRun: '',
  group: overflowValue,
  version: overflowValue,
  resource: overflowValue,
  subresource: overflowValue,
  scope: overflowValue,
};

/** An empty set. */
export function newRequestSeriesSet(): RequestSeriesSet {
  const series = new Map<string, RequestSeries>();
  let overflow: RequestSeries | undefined;
  return {
    at(labels) {
      const { verb, dryRun, group, version, resource, subresource, scope } = labels;
      const key = `${verb}\u0001${dryRun}\u0001${group}\u0001${version}\u0001${resource}\u0001${subresource}\u0001${scope}`;
      const known = series.get(key);
      if (known !== undefined) return known;
      const refused = series.size >= maxSeries || isOversized(Object.values(labels));
      if (refused) return (overflow ??= newRequestSeries(overflowLabels));
      const created = newRequestSeries(labels);
      series.set(key, created);
      return created;
    },
    values: () => (overflow === undefined ? series.values() : [...series.values(), overflow]),
  };
}

function newRequestSeries({
  verb,
  dryRun,
  group,
  version,
  resource,
  subresource,
  scope,
}: RequestLabels): RequestSeries {
  const place = Object.entries({ group, version, resource, subresource, scope })
    .map(([name, value]) => toLabelText(name, value))
    .join(',');
  const rest = `${place},${toLabelText('component', 'apiserver')}`;
  return {
    labels: `${toLabelText('verb', verb)},${toLabelText('dry_run', dryRun)},${rest}`,
    labelsWithoutDryRun: `${toLabelText('verb', verb)},${rest}`,
    labelsWithoutComponent: `${toLabelText('verb', verb)},${place}`,
    isDryRun: dryRun !== '',
    codes: new Map(),
    terminations: new Map(),
    durations: newBuckets(durationBounds),
    sliDurations: newBuckets(durationBounds),
    responseSizes: verb === 'GET' || verb === 'LIST' ? newBuckets(sizeBounds) : undefined,
    longRunning: undefined,
    aborts: 0,
  };
}

/** Counts a status code. */
export function countCode(codes: Map<number, number>, code: number): void {
  const known = codes.get(code);
  if (known !== undefined) codes.set(code, known + 1);
  else if (codes.size < maxCodes) codes.set(code, 1);
  else codes.set(0, (codes.get(0) ?? 0) + 1);
}

/** The label of a counted status code. */
export function toCodeLabel(code: number): string {
  return toLabelText('code', code === 0 ? overflowValue : String(code));
}
