import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { findKubectl } from './kubectl-binary.ts';
import { type RunningProcess, startProcess } from './process.ts';

/** What a kubectl command did. */
export interface KubectlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A kubectl with a home and a cache of its own, so that no test sees the discovery that another one cached. */
export interface Kubectl {
  /** Runs a command, with standard input and more environment; a failure is a result. */
  readonly run: (args: readonly string[], input?: string, more?: NodeJS.ProcessEnv) => Promise<KubectlResult>;
  /** Runs a command and gives its standard output; throws with what it said when it fails. */
  readonly ok: (args: readonly string[], input?: string, more?: NodeJS.ProcessEnv) => Promise<string>;
  /** Runs a command and gives its JSON output. */
  readonly json: <T>(args: readonly string[]) => Promise<T>;
  /** Starts a command that goes on, such as a watch. */
  readonly start: (args: readonly string[]) => RunningProcess;
  /** Environment under which any other program that runs kubectl sees the same. */
  readonly env: NodeJS.ProcessEnv;
  readonly binary: string;
}

/** Where a kubectl points to, and which one it is. */
export interface KubectlOptions {
  readonly kubeconfig: string;
  /** Minor version; default: the user's own. */
  readonly minor?: number;
}

/** Makes a kubectl for one test. */
export async function newKubectl(t: Test, { kubeconfig, minor }: KubectlOptions): Promise<Kubectl> {
  const binary = await findKubectl(minor);
  const home = await mkdtemp(join(tmpdir(), 'tributary-kubectl-'));
  t.teardown(() => rm(home, { recursive: true, force: true }));
  const env = { HOME: home, KUBECACHEDIR: join(home, 'cache'), KUBECONFIG: kubeconfig };
  const run: Kubectl['run'] = (args, input = '', more = {}) =>
    runOnce([binary, ...args], { ...process.env, ...env, ...more }, input);
  const ok: Kubectl['ok'] = async (args, input, more) => {
    const { code, stdout, stderr } = await run(args, input, more);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
    return stdout;
  };
  return {
    run,
    ok,
    json: async (args) => JSON.parse(await ok([...args, '--output=json'])) as never,
    start: (args) => startProcess(t, { command: [binary, ...args], env, name: `kubectl ${args.join(' ')}` }),
    env,
    binary,
  };
}

function runOnce(
  [program = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  input: string,
): Promise<KubectlResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, timeout: 60_000 });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    // kubectl may end without having read its input.
    child.stdin.on('error', () => undefined).end(input);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, stdout, stderr }));
  });
}
