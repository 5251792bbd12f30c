import { spawn } from 'node:child_process';

/** Where and with what lines run. */
export interface ShellOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** What `kubectl` stands for. */
  readonly kubectl: string;
  /** Runs before each line: every line has a shell of its own. */
  readonly setUp: string;
}

/** Runs a line and answers with its end and with what it said. */
export type Shell = (line: string) => Promise<{ code: number; output: string }>;

/** Runs lines of the README in a shell in which `kubectl` is the one under test. */
export function newShell({ cwd, env, kubectl, setUp }: ShellOptions): Shell {
  return (line) =>
    new Promise((resolve, reject) => {
      const script = `kubectl() { command "${kubectl}" "$@"; }; ${setUp}\n${line}`;
      const child = spawn('bash', ['-c', script], { cwd, env: { ...process.env, ...env }, timeout: 60_000 });
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
      child.once('error', reject);
      child.once('close', (code) => resolve({ code: code ?? 1, output }));
    });
}
