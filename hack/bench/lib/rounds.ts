import { loadavg } from 'node:os';
import type { BenchContext } from './bench.ts';

/** Numbers by metric; the name says the unit. */
export type Measurement = Readonly<Record<string, number>>;

/** What the server under test is called in every table. */
export const ours = 'tributary';

/** One thing that is measured. */
export interface Subject {
  /** Who is measured. */
  readonly who: string;
  /** Doing what. Our own figures are compared with those of everybody else who does the same, or for whom there is only one thing to do. */
  readonly form?: string | undefined;
  readonly measure: () => Promise<Measurement>;
}

/** All measurements of a subject, one a round. */
export interface Result {
  readonly who: string;
  readonly form: string | undefined;
  readonly rounds: readonly Measurement[];
}

/** How a subject is called in full. */
export function nameOf({ who, form }: Pick<Result, 'who' | 'form'>): string {
  return form === undefined ? who : `${form}: ${who}`;
}

/** How rounds are run. */
export interface RoundOptions {
  /** One round before the first that does not count: compilers learn what is hot, connections and caches fill. */
  readonly warmUp?: boolean;
}

/**
 * Measures every subject once a round, so that all of them see the same neighbours on the machine. Every second round runs
 * backwards, so that nobody always follows the same one.
 */
export async function measureInRounds(
  { rounds }: Pick<BenchContext, 'rounds'>,
  subjects: readonly Subject[],
  { warmUp = false }: RoundOptions = {},
): Promise<Result[]> {
  if (warmUp) for (const subject of subjects) await subject.measure();
  const taken = new Map<Subject, Measurement[]>(subjects.map((subject) => [subject, []]));
  for (let round = 1; round <= rounds; round++) {
    const order = round % 2 === 1 ? subjects : subjects.toReversed();
    for (const subject of order) {
      const measurement = await subject.measure();
      taken.get(subject)?.push(measurement);
      console.error(
        `round ${round}/${rounds}, load ${loadavg()[0]?.toFixed(1)}: ${nameOf({ form: undefined, ...subject })} ${brief(measurement)}`,
      );
    }
  }
  return subjects.map((subject) => ({ who: subject.who, form: subject.form, rounds: taken.get(subject) ?? [] }));
}

function brief(measurement: Measurement): string {
  return Object.entries(measurement)
    .map(([metric, value]) => `${metric}=${Number(value.toPrecision(4))}`)
    .join(' ');
}
