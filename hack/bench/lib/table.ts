import { nameOf, ours, type Result } from './rounds.ts';
import { best, median, medianRatio } from './statistics.ts';

/**
 * The medians of all rounds, and in brackets the best one; below what is ours, how many times the figure of each peer it is: the
 * median of the ratios of single rounds, and the ratio of the best ones.
 */
export function toTable(results: readonly Result[]): string {
  const metrics = [...new Set(results.flatMap(({ rounds }) => Object.keys(rounds[0] ?? {})))];
  const rows: string[][] = [['', ...metrics]];
  for (const result of results) {
    rows.push([nameOf(result), ...metrics.map((metric) => toCell(metric, valuesOf(result, metric)))]);
    for (const peer of peersOf(result, results)) {
      rows.push([
        `  ÷ ${peer.who}`,
        ...metrics.map((metric) => toRatio(metric, valuesOf(result, metric), valuesOf(peer, metric))),
      ]);
    }
  }
  return alignColumns(rows);
}

function peersOf(result: Result, results: readonly Result[]): Result[] {
  if (result.who !== ours) return [];
  return results.filter(({ who, form }) => who !== ours && (form === undefined || form === result.form));
}

/** The values of one metric, round by round; empty when the subject does not have it. */
export function valuesOf({ rounds }: Result, metric: string): number[] {
  return rounds.flatMap((measurement) => measurement[metric] ?? []);
}

function toCell(metric: string, values: readonly number[]): string {
  if (values.length === 0) return '';
  const middle = format(median(values));
  const top = format(best(metric, values));
  return middle === top ? middle : `${middle} (${top})`;
}

function toRatio(metric: string, values: readonly number[], peers: readonly number[]): string {
  if (values.length === 0 || peers.length === 0) return '';
  const middle = medianRatio(values, peers);
  const top = best(metric, values) / best(metric, peers);
  if (!Number.isFinite(middle) || !Number.isFinite(top)) return '';
  return values.length === 1 ? times(middle) : `${times(middle)} (${times(top)})`;
}

function times(ratio: number): string {
  return `×${ratio.toPrecision(ratio >= 100 ? 3 : 2)}`;
}

function format(value: number): string {
  const digits = value === 0 || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const pad = (cell: string, column: number): string =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return rows
    .map((row) =>
      row
        .map((cell, column) => pad(cell, column))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
