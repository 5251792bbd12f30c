import { join } from 'node:path';
import { ROOT } from '../../lib/files.ts';
import { runCommand } from '../../lib/run-command.ts';

/** A Go program and where its module is. */
export interface GoProgramOptions {
  /** Folder of the module, from the root of the repository. */
  readonly module: string;
  /** What of the module: a package, or `tool` for the one program of another module that its `go.mod` names as a tool. */
  readonly what: string;
  /** Of the binary. */
  readonly name: string;
}

/** A program that has been built. */
export interface GoProgram {
  readonly path: string;
  /** How long the build took: parts of a second when Go's own cache has it. */
  readonly seconds: number;
}

/** Whether there is a Go on the PATH. */
export async function hasGo(): Promise<boolean> {
  return (await runCommand(['go', 'version']).catch(() => undefined))?.code === 0;
}

/** Builds a program into `.cache/go`. Throws with what Go said. */
export async function buildGoProgram({ module, what, name }: GoProgramOptions): Promise<GoProgram> {
  const path = join(ROOT, '.cache/go', name);
  const build = await runCommand(['go', 'build', '-o', path, what], { cwd: join(ROOT, module) });
  if (build.code !== 0) throw new Error(`go build of ${name} ended with ${build.code}:\n${build.output}`);
  return { path, seconds: build.seconds };
}
