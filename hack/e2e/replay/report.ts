import type { Outcome } from './replay.ts';

/** How many exchanges of an area came out as recorded. */
export interface AreaResult {
  readonly area: string;
  readonly matched: number;
  readonly explained: number;
  /** Of those that matched, how many have their members in another order. */
  readonly reordered: number;
  readonly total: number;
}

/** Whether an answer says what was recorded; to a program, members in another order are the same document. */
export function isMatch({ differences }: Outcome): boolean {
  return differences.every(({ at }) => at === 'order');
}

/** Counts by area. `reasons` are the known differences: exchange → why. */
export function countAreas(outcomes: readonly Outcome[], reasons: Readonly<Record<string, string>>): AreaResult[] {
  const areas = Map.groupBy(outcomes, ({ exchange }) => exchange.area);
  return [...areas].map(([area, all]) => ({
    area,
    total: all.length,
    matched: all.filter(isMatch).length,
    reordered: all.filter((outcome) => isMatch(outcome) && outcome.differences.length > 0).length,
    explained: all.filter((outcome) => !isMatch(outcome) && reasons[keyOf(outcome)] !== undefined).length,
  }));
}

/** How the list of known differences names an exchange. */
export function keyOf({ exchange }: Outcome): string {
  return `${exchange.area}/${exchange.id}`;
}

/** A page for people: the counts, then every difference. */
export function writeReport(outcomes: readonly Outcome[], reasons: Readonly<Record<string, string>>): string {
  const counts = countAreas(outcomes, reasons).map(
    ({ area, matched, explained, reordered, total }) =>
      `| ${area} | ${matched} | ${reordered} | ${explained} | ${total - matched - explained} | ${total} |`,
  );
  const sections = outcomes
    .filter(({ differences }) => differences.length > 0)
    .map((outcome) => {
      const { request } = outcome.exchange;
      const reason = reasons[keyOf(outcome)];
      const lines = outcome.differences
        .slice(0, 30)
        .map(({ at, expected, actual }) => `- \`${at}\`: ${shorten(expected)} → ${shorten(actual)}`);
      return [
        `## ${keyOf(outcome)}${reason === undefined ? '' : ' (explained)'}`,
        '',
        `${request.method} \`${request.path}\` as ${request.as}`,
        ...(reason === undefined ? [] : ['', reason]),
        '',
        ...lines,
        '',
      ].join('\n');
    });
  const head = [
    '# Golden replay',
    '',
    '| area | as recorded | of these in another order | explained | different | all |',
    '|---|---|---|---|---|---|',
    ...counts,
    '',
  ];
  return [...head, ...sections].join('\n');
}

function shorten(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 600 ? `${text.slice(0, 250)} … ${text.slice(-250)}` : text;
}
