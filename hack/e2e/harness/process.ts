import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Test } from 'tap';
import { ROOT } from '../../lib/files.ts';
import { eventually } from './eventually.ts';

/** What to start. */
export interface ProcessOptions {
  readonly command: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** How it is called in the output of a failed test. */
  readonly name: string;
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program that a test started and that ends with the test. */
export interface RunningProcess {
  readonly pid: number;
  /** Standard output and standard error so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly exited: Promise<Exit>;
  /** Waits until `find` makes something of a line of output; throws when the process ends before. */
  readonly waitFor: <T>(what: string, find: (line: string) => T | undefined, seconds?: number) => Promise<T>;
  readonly signal: (name: NodeJS.Signals) => void;
  /** Sends SIGTERM, after ten seconds SIGKILL, and waits for the end. */
  readonly stop: () => Promise<Exit>;
  /** Sends SIGKILL and waits for the end. */
  readonly kill: () => Promise<Exit>;
}

const running = new Set<ChildProcess>();

// A test that is ended from outside must not leave servers behind.
process.once('exit', () => {
  for (const child of running) signalGroup(child, 'SIGKILL');
});

/** Starts a program that ends with the test, at the latest; its output is shown when the test fails. */
export function startProcess(t: Test, { command, env, cwd = ROOT, name }: ProcessOptions): RunningProcess {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  running.add(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output.stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (output.stderr += chunk));
  let ended: Exit | undefined;
  const exited = once(child, 'close').then(([code, signal]) => {
    running.delete(child);
    ended = { code: code as number | null, signal: signal as NodeJS.Signals | null };
    return ended;
  });

  const endBy = async (first: NodeJS.Signals): Promise<Exit> => {
    signalGroup(child, first);
    const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), 10_000);
    const exit = await exited;
    clearTimeout(timer);
    return exit;
  };
  t.teardown(async () => {
    await endBy('SIGTERM');
    if (!t.passing()) t.comment(`${name} (pid ${child.pid}) said:\n${output.stdout}${output.stderr}`);
  });

  return {
    pid: child.pid ?? 0,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    exited,
    waitFor: (what, find, seconds = 20) =>
      eventually(
        `${name}: ${what}`,
        () => {
          const lines = [...output.stdout.split('\n'), ...output.stderr.split('\n')];
          for (const line of lines) {
            const found = find(line);
            if (found !== undefined) return { found };
          }
          if (ended !== undefined) return { found: undefined, ended };
          return undefined;
        },
        { seconds },
      ).then((result) => {
        if (result.found !== undefined) return result.found;
        throw new Error(
          `${name} ended with ${JSON.stringify(ended)} before ${what}:\n${output.stdout}${output.stderr}`,
        );
      }),
    signal: (signal) => signalGroup(child, signal),
    stop: () => endBy('SIGTERM'),
    kill: () => endBy('SIGKILL'),
  };
}

/** Sends a signal to a program and to what it started, as a terminal does: `npm start` is three processes. */
function signalGroup({ pid, exitCode, signalCode }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // The group is gone already.
    if (exitCode === null && signalCode === null && (error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
