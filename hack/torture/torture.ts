import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ledger } from './ledger.ts';
import { scenarios } from './scenarios.ts';
import { verifyDirectory } from './verify-directory.ts';
import { Victim } from './victim.ts';

/** How much torture. */
export interface TortureOptions {
  /** How many times a writing process is killed. */
  readonly rounds: number;
  /** Told about each step that is worth a line. */
  readonly log?: (line: string) => void;
  /** Stops after the round under way. */
  readonly signal?: AbortSignal;
}

/** What came out. */
export interface TortureResult {
  readonly rounds: number;
  readonly acknowledged: number;
  /** A sentence for each broken promise. */
  readonly violations: readonly string[];
}

/** Milliseconds that a writer may live; the shortest lives end while the directory is being opened. */
const lifetime = { shortest: 5, longest: 120 };

/** Kills a writing process again and again, and looks whether everything that it was promised is there. */
export async function torture(options: TortureOptions): Promise<TortureResult> {
  const directory = await mkdtemp(join(tmpdir(), 'tributary-torture-'));
  const log = options.log ?? ((): void => undefined);
  const result = await killRepeatedly(directory, options);
  const violations = [...result.violations, ...(await tryScenarios(directory, { ...options, log }))];
  if (violations.length === 0) await rm(directory, { recursive: true });
  else log(`torture: the directory is kept: ${directory}`);
  for (const violation of violations) log(`torture: ${violation}`);
  log(`torture: ${result.rounds} rounds, ${result.acknowledged} acknowledged writes, ${violations.length} lost`);
  return { ...result, violations };
}

async function killRepeatedly(directory: string, { rounds, signal }: TortureOptions): Promise<TortureResult> {
  const registry = join(directory, 'registry');
  const ledger = new Ledger();
  const violations: string[] = [];
  const mayGoOn = (): boolean => violations.length === 0 && signal?.aborted !== true;
  const newVictim = (round: number): Victim => new Victim(join(directory, `reports-${round % 2}.jsonl`));
  let next = newVictim(0);
  let round = 0;
  try {
    for (; round < rounds && mayGoOn(); round++) {
      const victim = next;
      next = newVictim(round + 1);
      const { shortest, longest } = lifetime;
      const reports = await victim.run({ directory: registry, round }, shortest + Math.random() * (longest - shortest));
      violations.push(...reports.map((report) => ledger.note(report)).filter((violation) => violation !== undefined));
      violations.push(...(await verifyDirectory({ directory: registry, ledger, close: round % 2 === 0 })));
    }
  } finally {
    await next.kill();
  }
  // Torture that hurts nobody proves nothing.
  if (rounds > 0 && ledger.acknowledged === 0) violations.push('nothing was ever acknowledged');
  return { rounds: round, acknowledged: ledger.acknowledged, violations };
}

async function tryScenarios(
  directory: string,
  { log, signal }: { log: (line: string) => void; signal?: AbortSignal },
): Promise<string[]> {
  const violations: string[] = [];
  for (const [at, [name, scenario]] of Object.entries(scenarios).entries()) {
    if (signal?.aborted === true) break;
    const place = join(directory, `scenario-${at}`);
    await mkdir(place);
    try {
      const skipped = await scenario(place);
      log(`torture: ${name}: ${skipped === undefined ? 'survived' : `skipped: ${skipped}`}`);
    } catch (error) {
      violations.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return violations;
}
