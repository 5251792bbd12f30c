import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../lib/files.ts';
import { fencesOf } from '../../lib/markdown.ts';
import type { Recording } from './recording.ts';

/** The kubectl commands of the README's first five minutes. */
export interface ReadmeCommands {
  /** All but the last one. */
  readonly first: readonly Recording[];
  /** The last one, which goes on. */
  readonly watch: Recording;
  readonly cleanUp: readonly Recording[];
}

/** Reads the commands; what they have to print stands with the differences, since nobody recorded it. */
export async function readReadmeCommands(): Promise<ReadmeCommands> {
  const fences = fencesOf(await readFile(join(ROOT, 'README.md'), 'utf8'));
  const commandsOf = (label: string): Recording[] =>
    (fences.find(({ info }) => info.includes(label))?.lines ?? [])
      .filter((line) => line.startsWith('kubectl '))
      .map((command) => ({ id: command, command, exitCode: 0, stdout: '', stderr: '' }));
  const first = commandsOf('first-five-minutes');
  const watch = first.pop();
  const cleanUp = commandsOf('clean-up');
  if (watch?.command !== 'kubectl get flunders -w' || cleanUp.length === 0) {
    throw new Error('the README has its first five minutes no more, or they end otherwise');
  }
  return { first, watch, cleanUp };
}
