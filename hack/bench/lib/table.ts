import { nameOf, ours, type Result } from './rounds.ts';
import { median, medianRatio, spread } from './statistics.ts';

/**
 * The medians of all rounds with their spread; below what is ours, how many times the figure of each peer it is, round by round.
 */
export function toTable(results: readonly Result[]): string {
  const metrics = [...new Set(results.flatMap(({ rounds }) => Object.keys(rounds[0] ?? {})))];
  const rows: string[][] = [['', ...metrics]];
  for (const result of results) {
    rows.push([nameOf(result), ...metrics.map((metric) => toCell(valuesOf(result, metric)))]);
    for (const peer of peersOf(result, results)) {
      rows.push([
        `  ÷ ${peer.who}`,
        ...metrics.map((metric) => toRatio(valuesOf(result, metric), valuesOf(peer, metric))),
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

function toCell(values: readonly number[]): string {
  if (values.length === 0) return '';
  const share = spread(values);
  const middle = format(median(values));
  return values.length < 2 || share === 0 ? middle : `${middle} ±${Math.round(share * 100)}%`;
}

function toRatio(values: readonly number[], peers: readonly number[]): string {
  if (values.length === 0 || peers.length === 0) return '';
  const ratio = medianRatio(values, peers);
  return Number.isFinite(ratio) ? `×${ratio.toPrecision(ratio >= 100 ? 3 : 2)}` : '';
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
