import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../lib/files.ts';
import { runCommand } from '../../lib/run-command.ts';
import type { Result } from './rounds.ts';
import { toTable } from './table.ts';

interface Section {
  readonly title: string;
  readonly results: readonly Result[];
}

/** Gathers the results of one benchmark: prints tables as they come, keeps everything for the JSON file. */
export class Report {
  readonly #bench: string;
  readonly #settings: object;
  readonly #startedAt = new Date();
  readonly #loadAtStart = loadavg();
  readonly #sections: Section[] = [];
  readonly #notes: string[] = [];

  constructor(bench: string, settings: object) {
    this.#bench = bench;
    this.#settings = settings;
  }

  /** Adds the results of some rounds and prints them. */
  add(title: string, results: readonly Result[]): void {
    this.#sections.push({ title, results });
    console.log(`\n${title}\n${toTable(results)}`);
  }

  /** Says what the reader of the figures has to know. */
  note(text: string): void {
    if (this.#notes.includes(text)) return;
    this.#notes.push(text);
    console.log(`note: ${text}`);
  }

  /** Writes everything into `.cache/bench` and answers with the path. */
  async write(): Promise<string> {
    const folder = join(ROOT, '.cache/bench');
    await mkdir(folder, { recursive: true });
    const stamp = this.#startedAt.toISOString().replaceAll(/[:.]/g, '-');
    const path = join(folder, `${this.#bench}-${stamp}.json`);
    const content = {
      bench: this.#bench,
      startedAt: this.#startedAt.toISOString(),
      endedAt: new Date().toISOString(),
      settings: this.#settings,
      ...(await describeMachine()),
      loadAverage: { start: this.#loadAtStart, end: loadavg() },
      notes: this.#notes,
      sections: this.#sections,
    };
    await writeFile(path, `${JSON.stringify(content, null, 2)}\n`);
    return path;
  }
}

/** What the figures depend on: machine, Node and revision. */
export async function describeMachine(): Promise<Readonly<Record<string, string | number>>> {
  const revision = await runCommand(['git', 'describe', '--always', '--dirty']);
  return {
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    revision: revision.code === 0 ? revision.output.trim() : 'unknown',
  };
}
