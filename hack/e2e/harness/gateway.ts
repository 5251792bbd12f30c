import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { freePort } from './free-port.ts';
import { type Exit, type RunningProcess, startProcess } from './process.ts';

/** How to start a gateway. */
export interface GatewayOptions {
  /** Flags after `serve`, besides the port and the data directory. */
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Default: a new one, removed after the test. */
  readonly dataDir?: string;
  /** Default: a free one that stays free over a restart. */
  readonly port?: number;
}

/** A gateway that runs in a process of its own until the end of the test. */
export interface Gateway {
  readonly process: RunningProcess;
  /** Such as `https://127.0.0.1:40123`. */
  readonly address: string;
  readonly port: number;
  readonly dataDir: string;
  readonly kubeconfig: string;
  /** Milliseconds from the start of the process to the line that says it is ready. */
  readonly startMilliseconds: number;
  readonly stop: () => Promise<Exit>;
  readonly kill: () => Promise<Exit>;
}

/** The line that says that a gateway is ready. */
interface ReadyLine {
  readonly msg: string;
  readonly address: string;
  readonly dataDir: string;
  readonly kubeconfig: string;
}

/** The program, run from its sources by the Node that runs the test. */
export const TRIBUTARY: readonly string[] = [process.execPath, 'cmd/tributary/main.ts'];

/** A new folder that goes with the test. */
export async function newDataDir(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-e2e-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts a gateway and waits until it is ready. */
export async function startGateway(t: Test, options: GatewayOptions = {}): Promise<Gateway> {
  const dataDir = options.dataDir ?? (await newDataDir(t));
  const started = performance.now();
  const child = startProcess(t, {
    command: [
      ...TRIBUTARY,
      'serve',
      `--secure-port=${options.port ?? (await freePort())}`,
      `--data-dir=${dataDir}`,
      ...(options.args ?? []),
    ],
    name: 'gateway',
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  const ready = await child.waitFor('being ready', parseReady);
  return {
    process: child,
    address: ready.address,
    port: Number(new URL(ready.address).port),
    dataDir,
    kubeconfig: ready.kubeconfig,
    startMilliseconds: performance.now() - started,
    stop: child.stop,
    kill: child.kill,
  };
}

/** The ready line, if this is it. */
export function parseReady(line: string): ReadyLine | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry = JSON.parse(line) as Partial<ReadyLine>;
    return entry.msg === 'ready' && entry.address !== undefined ? (entry as ReadyLine) : undefined;
  } catch {
    // Half a line: the rest is still to come.
    return undefined;
  }
}
