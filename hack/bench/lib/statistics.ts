/** The value below which a share of the values lies; the values must be sorted. `NaN` when there are none. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted.length >> 1;
  const high = sorted[upper] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : (high + (sorted[upper - 1] ?? Number.NaN)) / 2;
}

/** The value of the round that was disturbed least. Of rates the greatest is the best, of everything else the least. */
export function best(metric: string, values: readonly number[]): number {
  return metric.endsWith('/s') ? Math.max(...values) : Math.min(...values);
}

/** Ratios of values of the same round, and their median: noise that lasts longer than a round falls out. */
export function medianRatio(values: readonly number[], peers: readonly number[]): number {
  return median(values.map((value, round) => value / (peers[round] ?? Number.NaN)));
}
