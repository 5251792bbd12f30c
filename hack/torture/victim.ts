import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { WriteReport } from './ledger.ts';

/** What a writer is told when it is to begin. */
export interface WriterSettings {
  readonly directory: string;
  readonly round: number;
}

/** A process that writes until it is killed. Started before it is needed, so that a round does not wait for it. */
export class Victim {
  readonly #child: ChildProcess;
  readonly #reports: string;
  readonly #ready: Promise<unknown>;

  /** Starts the process; what it reports goes to a file. */
  constructor(reports: string) {
    this.#reports = reports;
    const stdout = openSync(reports, 'w', 0o600);
    const writer = fileURLToPath(import.meta.resolve('./writer.ts'));
    this.#child = spawn(process.execPath, [writer], { stdio: ['ignore', stdout, 'inherit', 'ipc'] });
    closeSync(stdout);
    this.#ready = once(this.#child, 'message');
    // Looked at when the process is needed, which it may never be.
    this.#ready.catch(() => undefined);
  }

  /** Lets the process write for some milliseconds, kills it without warning, and answers with what it reported. */
  async run(settings: WriterSettings, lifetime: number): Promise<WriteReport[]> {
    await this.#ready;
    this.#child.send(settings);
    await setTimeout(lifetime);
    await this.kill();
    const text = await readFile(this.#reports, 'utf8');
    // What follows the last line end is a report that the kill cut off.
    const lines = text.split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as WriteReport);
  }

  /** Kills the process without warning. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }
}
