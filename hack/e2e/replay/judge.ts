import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Test } from 'tap';
import { ROOT } from '../../lib/files.ts';
import type { EverywhereRules } from './normalise.ts';
import type { Outcome } from './replay.ts';
import { countAreas, isMatch, keyOf, writeReport } from './report.ts';

const REPORTS = join(ROOT, '.cache/e2e');

const floor = JSON.parse(await readFile(join(ROOT, 'hack/e2e/golden-floor.json'), 'utf8')) as Record<string, number>;
/** The known differences, by which answers are judged. */
export const known = JSON.parse(await readFile(join(ROOT, 'hack/e2e/golden-differences.json'), 'utf8')) as {
  /** What differs in many exchanges, and why. */
  readonly everywhere: EverywhereRules;
  /** Exchange → why it differs. */
  readonly exchanges: Record<string, string>;
};

/** Compares the counts with the floor, area by area, and writes every difference to a page in `.cache/e2e`. */
export async function judge(t: Test, outcomes: readonly Outcome[], name: string): Promise<void> {
  const { exchanges: reasons } = known;
  await mkdir(REPORTS, { recursive: true });
  const page = join(REPORTS, `${name}.md`);
  await writeFile(page, writeReport(outcomes, reasons));
  for (const { area, matched, explained, reordered, total } of countAreas(outcomes, reasons)) {
    const counts = `${matched} of ${total} as recorded (${reordered} in another order), ${explained} differ for a known reason, ${total - matched - explained} do not`;
    t.comment(`${area}: ${counts}`);
    t.ok(
      matched >= (floor[area] ?? 0),
      `${area}: ${counts}; the floor is ${floor[area] ?? 0}, the differences are in ${page}`,
    );
  }
  for (const outcome of outcomes) {
    const [first] = isMatch(outcome) ? [] : outcome.differences;
    const reason = reasons[keyOf(outcome)];
    if (first === undefined && reason !== undefined) {
      t.comment(`${keyOf(outcome)} is as recorded by now; its reason can go`);
    }
    if (first === undefined || reason !== undefined) continue;
    t.comment(`${keyOf(outcome)}: ${first.at}: ${JSON.stringify(first.expected)} → ${JSON.stringify(first.actual)}`);
  }
}
