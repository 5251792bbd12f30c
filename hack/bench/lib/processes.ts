import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { ROOT } from '../../lib/files.ts';
import { hasProgram } from './programs.ts';
import type { Scope } from './scope.ts';

/** Where a process runs: what is measured has a core of its own, clients and backends share the other. */
export type Place = 'measured' | 'load';

/** What to start. */
export interface ProcessOptions<T> {
  readonly name: string;
  readonly command: readonly string[];
  readonly place: Place;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Finds in a line of output that the process is ready, and what it says with it. */
  readonly parseReady: (line: string) => T | undefined;
}

/** A process that runs until `stop`, or until the scope is closed. */
export interface RunningProcess<T> {
  readonly pid: number;
  readonly ready: T;
  /** Milliseconds from its start to the line that says it is ready. */
  readonly readyMs: number;
  /** Sends a line to its standard input. */
  send(line: string): void;
  /** The first line from now on in which something is found. Rejects when the process ends before. */
  waitFor<R>(parse: (line: string) => R | undefined): Promise<R>;
  readonly stop: () => Promise<void>;
}

/** The command, pinned to the core of its place. Without `taskset`, or on one core, it runs anywhere. */
export function pinned(place: Place, command: readonly string[]): string[] {
  if (availableParallelism() < 2 || !hasProgram('taskset')) return [...command];
  return ['taskset', '-c', place === 'measured' ? '0' : '1', ...command];
}

/** Starts a process and waits until it is ready. Rejects with what it wrote when it ends instead. */
export async function startProcess<T>(scope: Scope, options: ProcessOptions<T>): Promise<RunningProcess<T>> {
  const [program = '', ...args] = pinned(options.place, options.command);
  const started = performance.now();
  const child = spawn(program, args, {
    cwd: options.cwd ?? ROOT,
    stdio: 'pipe',
    env: { ...process.env, ...options.env },
  });
  scope.defer(() => stop(child));
  const lines = new Lines(options.name, child);
  const ready = await lines.waitFor(options.parseReady);
  return {
    pid: child.pid ?? 0,
    ready,
    readyMs: performance.now() - started,
    send: (line) => void child.stdin?.write(`${line}\n`),
    waitFor: (parse) => lines.waitFor(parse),
    stop: () => stop(child),
  };
}

/** Lines that a process writes, on both its outputs, offered to those who wait. */
class Lines {
  readonly #name: string;
  readonly #latest: string[] = [];
  readonly #waiting = new Set<{ offer(line: string): void; fail(error: Error): void }>();
  #failure: Error | undefined;

  constructor(name: string, child: ChildProcess) {
    this.#name = name;
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#take(line));
    }
    child.once('error', (error) => this.#end(error.message));
    child.once('close', (code, signal) => this.#end(`it ended with ${signal ?? code}`));
  }

  waitFor<R>(parse: (line: string) => R | undefined): Promise<R> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      const waiter = {
        offer: (line: string): void => {
          const found = parse(line);
          if (found === undefined) return;
          this.#waiting.delete(waiter);
          resolve(found);
        },
        fail: reject,
      };
      this.#waiting.add(waiter);
    });
  }

  #take(line: string): void {
    if (this.#latest.push(line) > 30) this.#latest.shift();
    for (const waiter of this.#waiting) waiter.offer(line);
  }

  #end(why: string): void {
    this.#failure = new Error(`${this.#name}: ${why}\n${this.#latest.join('\n')}`);
    for (const waiter of this.#waiting) waiter.fail(this.#failure);
    this.#waiting.clear();
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const closed = once(child, 'close');
  const impatience = setTimeout(() => child.kill('SIGKILL'), 20_000);
  child.kill('SIGTERM');
  await closed;
  clearTimeout(impatience);
}

/** Parses lines that are JSON objects with a certain member; other lines are not what is waited for. */
export function parseJSONLine<T extends object>(member: keyof T & string): (line: string) => T | undefined {
  return (line) => {
    if (!line.startsWith('{')) return undefined;
    try {
      const value = JSON.parse(line) as object;
      return member in value ? (value as T) : undefined;
    } catch {
      // Somebody else's line that begins like ours.
      return undefined;
    }
  };
}
