import type { Labels, MetricOptions } from './interface.ts';
import { isOversized, overflowValue, toLabelsText } from './label-text.ts';

/** The series of one metric: a state for each combination of label values, up to a limit. */
export interface SeriesSet<Name extends string, State> {
  /** The state of the series with these labels, made if it is new; beyond the limit the one shared overflow state. */
  at(labels: Labels<Name>): State;
  remove(labels: Labels<Name>): void;
  clear(): void;
  forEach(visit: (labelText: string, state: State) => void): void;
}

const defaultMaxSeries = 1000;

/** Between label values in a key. */
const separator = '\u0001';

/** An empty set; `newState` makes the state of a new series. A metric without labels has its one series from the start. */
export function newSeriesSet<Name extends string, State>(
  { labelNames, maxSeries = defaultMaxSeries }: Pick<MetricOptions<Name>, 'labelNames' | 'maxSeries'>,
  newState: () => State,
): SeriesSet<Name, State> {
  const series = new Map<string, { readonly text: string; readonly state: State }>();
  let overflow: { readonly text: string; readonly state: State } | undefined;

  const toKey = (labels: Labels<Name>): string => {
    let key = '';
    for (const name of labelNames) key += labels[name] + separator;
    return key;
  };
  const create = (key: string, labels: Labels<Name>): State => {
    if (series.size >= maxSeries || isOversized(labelNames.map((name) => labels[name]))) {
      overflow ??= { text: toLabelsText(labelNames, () => overflowValue), state: newState() };
      return overflow.state;
    }
    const state = newState();
    const valueOf = (name: string): string => labels[name as Name];
    series.set(key, { text: toLabelsText(labelNames, valueOf), state });
    return state;
  };

  if (labelNames.length === 0) create('', {} as Labels<Name>);
  return {
    at(labels) {
      const key = toKey(labels);
      return series.get(key)?.state ?? create(key, labels);
    },
    remove: (labels) => void series.delete(toKey(labels)),
    clear() {
      series.clear();
      overflow = undefined;
    },
    forEach(visit) {
      for (const { text, state } of series.values()) visit(text, state);
      if (overflow !== undefined) visit(overflow.text, overflow.state);
    },
  };
}
