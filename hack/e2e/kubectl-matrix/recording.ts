import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../lib/files.ts';

/** One kubectl command against a real cluster, and what came of it. */
export interface Recording {
  readonly id: string;
  /** The command line as a person would type it, without quotes. */
  readonly command: string;
  readonly stdin?: string;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The minor version of kubectl, and of the cluster, of the recordings. */
export const RECORDED_MINOR = 36;

/** Reads a recording of `hack/e2e/golden`. */
export async function readRecording(id: string): Promise<Recording> {
  const file = join(ROOT, `hack/e2e/golden/kubectl-1.${RECORDED_MINOR}`, `${id}.json`);
  return JSON.parse(await readFile(file, 'utf8')) as Recording;
}

/** The arguments of a recorded command; none of them holds a space. */
export function argumentsOf({ command }: Recording): string[] {
  return command.split(' ').slice(1);
}
