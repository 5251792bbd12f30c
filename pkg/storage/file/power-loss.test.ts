import { env } from 'node:process';
import t, { type Test } from 'tap';
import type { StorageReport } from '../engine/report.ts';
import { isStorageError } from '../errors.ts';
import type { Storage } from '../interface.ts';
import { newObject, valueOf, withValue } from '../testing/fixtures.ts';
import { type SimulatedDisk, newSimulatedDisk } from '../testing/simulated-disk.ts';
import { openFileStorage } from './file-storage.ts';

const keys = Array.from({ length: 6 }, (_, n) => `core/${n % 2 ? 'secrets' : 'configmaps'}/default/k${n}`);
const directory = '/data/registry';

/** Numbers that follow from a seed (mulberry32). */
function newRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What may be found at a key: what was acknowledged, or any of the writes that nobody got an answer to. */
class Promises {
  readonly #acknowledged = new Map<string, number | undefined>();
  readonly #open = new Map<string, (number | undefined)[]>();
  /** Refused, but the disk did not let the record be cut off: that is made good before anything else is acknowledged. */
  readonly #doubtful = new Map<string, (number | undefined)[]>();
  revision = 0;
  writes = 0;

  begin(key: string, value: number | undefined): void {
    this.#open.set(key, [value]);
  }

  refuse(key: string, value: number | undefined, isDoubtful: boolean): void {
    this.#open.delete(key);
    if (isDoubtful) this.#doubtful.set(key, [...(this.#doubtful.get(key) ?? []), value]);
  }

  acknowledge(key: string, value: number | undefined, revision: number): void {
    this.#acknowledged.set(key, value);
    this.#open.delete(key);
    this.#doubtful.clear();
    this.revision = Math.max(this.revision, revision);
    this.writes++;
  }

  /** Compares with what is there, and goes on from that. */
  async check(t: Test, storage: Storage, what: string): Promise<void> {
    for (const key of keys) {
      const found = valueOf(await storage.get(key)) as number | undefined;
      const allowed = [this.#acknowledged.get(key), ...(this.#open.get(key) ?? []), ...(this.#doubtful.get(key) ?? [])];
      if (!allowed.includes(found)) t.fail(`${what}: ${key} is ${found}, not ${allowed.join(' or ')}`);
      this.#acknowledged.set(key, found);
      this.#open.delete(key);
    }
    this.#doubtful.clear();
    const revision = await storage.revision();
    if (revision < this.revision) t.fail(`${what}: the revision went back from ${this.revision} to ${revision}`);
  }
}

interface WriteOptions {
  readonly promises: Promises;
  readonly random: () => number;
  readonly steps: number;
  /** Tells whether what failed last could be taken back at once. */
  readonly wasCut?: (() => boolean) | undefined;
}

/** One writer for each key, so that it is known what should be there. */
async function write(storage: Storage, { promises, random, steps, wasCut }: WriteOptions): Promise<void> {
  let value = Math.floor(random() * 1e9);
  const lane = async (key: string): Promise<void> => {
    for (let step = 0; step < steps; step++) {
      const exists = (await storage.get(key)) !== undefined;
      const next = exists && random() < 0.3 ? undefined : ++value;
      promises.begin(key, next);
      try {
        const written = !exists
          ? await storage.create(key, newObject(key, next))
          : next === undefined
            ? await storage.delete(key)
            : await storage.guaranteedUpdate(key, (current) => withValue(current, next));
        promises.acknowledge(key, next, Number(written.metadata.resourceVersion));
      } catch (error) {
        if (!isStorageError(error, 'WriteFailed')) throw error;
        promises.refuse(key, next, wasCut?.() === false);
      }
    }
  };
  await Promise.all(keys.map(lane));
}

async function open(disk: SimulatedDisk, reports: StorageReport[]): Promise<Storage> {
  // A checkpoint every few writes.
  const checkpoint = { bytes: 3000, ms: 5 };
  const { fileSystem } = disk;
  return openFileStorage({ directory, fileSystem, checkpoint, report: (report) => reports.push(report) });
}

async function crashAgainAndAgain(
  t: Test,
  crash: 'kill' | 'power',
  options: { rounds: number; failures: boolean },
): Promise<void> {
  const seed = Number(env['CHAOS_SEED'] ?? Date.now() % 2 ** 31);
  const random = newRandom(seed);
  const promises = new Promises();
  let disk = newSimulatedDisk(random);
  for (let round = 0; round < options.rounds; round++) {
    const what = `CHAOS_SEED=${seed} round ${round}`;
    const reports: StorageReport[] = [];
    // Often so soon that the storage is not even open, or has just begun to catch up.
    disk.dieAfter(1 + Math.floor(random() ** 2 * 150));
    const life = (async () => {
      const storage = await open(disk, reports);
      await promises.check(t, storage, what);
      const wasCut = options.failures ? failNowAndThen(disk, random) : undefined;
      await write(storage, { promises, random, steps: Math.floor(random() * 12), wasCut });
      disk.failing = undefined;
      await storage.close();
      const isLeft = (path: string): boolean =>
        path.includes('/.journal-') || (path.endsWith('.tmp') && !options.failures);
      const left = disk.files().filter(isLeft);
      if (left.length > 0) t.fail(`${what}: left after closing: ${left.join(' ')}`);
    })();
    await Promise.race([life, disk.died]);
    const isBad = ({ kind }: StorageReport): boolean =>
      !options.failures && kind !== 'RevisionSkipped' ? true : kind === 'JournalDamaged' || kind === 'SetAside';
    for (const { sentence } of reports.filter(isBad)) t.fail(`${what}: ${sentence}`);
    disk = disk.restart(crash);
    if (t.counts.fail > 0) return;
  }
  t.ok(promises.writes > options.rounds, `${promises.writes} writes`);
  t.comment(`CHAOS_SEED=${seed}: ${promises.writes} writes`);
}

/** Operations of the journal and of files fail at random. Answers with what tells whether a cut failed since the last write. */
function failNowAndThen(disk: SimulatedDisk, random: () => number): () => boolean {
  const codes = ['ENOSPC', 'EIO', 'EACCES'];
  const kinds = ['writeLog', 'truncateLog', 'openLog', 'writeFile', 'rename', 'syncFile', 'syncFolder', 'unlink'];
  let wasCut = true;
  disk.failing = (operation) => {
    if (operation === 'writeLog') wasCut = true;
    const fails = kinds.includes(operation) && random() < 0.08;
    if (fails && operation === 'truncateLog') wasCut = false;
    return fails ? codes[Math.floor(random() * codes.length)] : undefined;
  };
  return () => wasCut;
}

t.test('a process that is killed at any step loses nothing', (t) =>
  crashAgainAndAgain(t, 'kill', { rounds: 120, failures: false }),
);

t.test('power that goes at any step takes nothing that was acknowledged', (t) =>
  crashAgainAndAgain(t, 'power', { rounds: 120, failures: false }),
);

t.test('what was refused does not come back, whatever fails and whenever the power goes', (t) =>
  crashAgainAndAgain(t, 'power', { rounds: 120, failures: true }),
);
