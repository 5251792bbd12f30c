import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../lib/files.ts';
import { normaliseOutput } from './normalise.ts';
import type { Recording } from './recording.ts';

/** Where a difference holds. */
interface Scope {
  /** Why the outcome is another one than the recorded one. */
  readonly reason: string;
  /** Recordings; all of them when it is left out. */
  readonly ids?: readonly string[];
  /** First and last minor version of kubectl. */
  readonly from?: number;
  readonly until?: number;
}

/** A piece of text that reads otherwise. */
interface TextDifference extends Scope {
  /** Regular expression over the normalised recorded output, by line. */
  readonly recorded: string;
  readonly becomes: string;
}

/** An outcome that is another one altogether. What is left out is as recorded. */
interface OutcomeDifference extends Scope {
  readonly ids: readonly string[];
  readonly exitCode?: number;
  /** Lines that the output holds, in this order and among others. */
  readonly stdout?: readonly string[];
  readonly stderr?: readonly string[];
}

/** What the gateway does not do yet: the step may fail, and is reported as such. */
interface Gap extends Scope {
  readonly ids: readonly string[];
}

/** The data file. */
interface Differences {
  readonly texts: readonly TextDifference[];
  readonly outcomes: readonly OutcomeDifference[];
  readonly gaps: readonly Gap[];
}

/** What a step has to come to with one version of kubectl. */
export interface Expected {
  readonly exitCode: number;
  /** The whole output, or lines that it holds. */
  readonly stdout: string | readonly string[];
  readonly stderr: string | readonly string[];
  /** Why it may fail. */
  readonly gap?: string;
}

/** Tells what to expect, and keeps count of which differences are needed. */
export interface Expectations {
  readonly of: (recording: Recording, minor: number) => Expected;
  /** Tells that a step failed for the reason of a gap. */
  readonly confirm: (gap: string) => void;
  /** Reasons that explained nothing, among them those of gaps in which no step failed any more. */
  readonly unused: () => string[];
}

/** Reads the differences between the recordings and what these tests see. */
export async function readExpectations(): Promise<Expectations> {
  const file = join(ROOT, 'hack/e2e/kubectl-matrix-differences.json');
  const { texts, outcomes, gaps } = JSON.parse(await readFile(file, 'utf8')) as Differences;
  const used = new Set<Scope>();
  const take = <T extends Scope>(difference: T): T => {
    used.add(difference);
    return difference;
  };

  return {
    of: (recording, minor) => {
      const holds = (scope: Scope): boolean =>
        (scope.ids ?? [recording.id]).includes(recording.id) &&
        minor >= (scope.from ?? 0) &&
        minor <= (scope.until ?? Infinity);
      const outcome = outcomes.find((each) => holds(each));
      if (outcome !== undefined) take(outcome);
      const gap = gaps.find((each) => holds(each));
      const rewrite = (text: string): string => {
        let result = normaliseOutput(text);
        for (const each of texts.filter((difference) => holds(difference))) {
          const rewritten = result.replaceAll(new RegExp(each.recorded, 'gm'), each.becomes);
          if (rewritten !== result) take(each);
          result = rewritten;
        }
        return result.trim();
      };
      return {
        exitCode: outcome?.exitCode ?? recording.exitCode,
        stdout: outcome?.stdout ?? rewrite(recording.stdout),
        stderr: outcome?.stderr ?? rewrite(recording.stderr),
        ...(gap === undefined ? {} : { gap: gap.reason }),
      };
    },
    confirm: (reason) => gaps.filter((gap) => gap.reason === reason).forEach((gap) => take(gap)),
    unused: () => [...texts, ...outcomes, ...gaps].filter((each) => !used.has(each)).map(({ reason }) => reason),
  };
}

/** What is wrong with an output, or nothing. */
export function compareOutput(actual: string, expected: string | readonly string[]): string | undefined {
  const normalised = normaliseOutput(actual);
  if (typeof expected === 'string') {
    return normalised === expected ? undefined : `is\n${normalised}\nbut should be\n${expected}`;
  }
  let from = 0;
  for (const line of expected) {
    const at = normalised.indexOf(line, from);
    if (at === -1) return `lacks, in this place, "${line}":\n${normalised}`;
    from = at + line.length;
  }
  return undefined;
}
