import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MetricFamily } from './family.ts';

/** After this many lines others get a turn: a scrape of many series must not hold up requests. */
const linesPerTurn = 2000;

/** The Prometheus text format, version 0.0.4. */
export async function toText(families: Iterable<MetricFamily>): Promise<string> {
  const chunks: string[] = [];
  let lines = 0;
  for (const family of families) {
    family.collect?.();
    const before = chunks.length;
    const { name } = family;
    family.samples((suffix, labels, value) => {
      chunks.push(`${name}${suffix}${labels === '' ? '' : `{${labels}}`} ${toNumber(value)}\n`);
    });
    if (chunks.length === before) continue;
    chunks.splice(before, 0, `# HELP ${name} ${escapeHelp(family.help)}\n# TYPE ${name} ${family.type}\n`);
    lines += chunks.length - before;
    if (lines < linesPerTurn) continue;
    lines = 0;
    await nextTurn();
  }
  return chunks.join('');
}

function toNumber(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

function escapeHelp(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
