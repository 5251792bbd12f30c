import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MetricFamily } from './family.ts';

/** After this many samples others get a turn: a scrape of many series must not hold up requests. */
const samplesPerTurn = 5000;

/** Content type of the text. */
export const textContentType = 'text/plain; version=0.0.4; charset=utf-8';

/** The families that have samples, in the Prometheus text format. */
export async function toText(families: Iterable<MetricFamily>): Promise<string> {
  const texts: string[] = [];
  let samples = 0;
  for (const family of families) {
    family.collect?.();
    const { name } = family;
    let lines = '';
    family.samples((suffix, labels, value) => {
      lines += `${name}${suffix}${labels === '' ? '' : `{${labels}}`} ${toNumber(value)}\n`;
      samples++;
    });
    if (lines !== '') texts.push(`# HELP ${name} ${escapeHelp(family.help)}\n# TYPE ${name} ${family.type}\n${lines}`);
    if (samples < samplesPerTurn) continue;
    samples = 0;
    await nextTurn();
  }
  return texts.join('');
}

function toNumber(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

function escapeHelp(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
