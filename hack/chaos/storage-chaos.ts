import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../../apis/meta/v1/types.ts';
import type { Storage } from '../../pkg/storage/interface.ts';
import type { ChaosRun } from './random.ts';
import { type Stage, follow, list, watch, write } from './storage-actors.ts';
import { StorageModel } from './storage-model.ts';

/** What a run on a storage needs. */
export interface StorageChaosOptions extends ChaosRun {
  /** Opens the storage; again and again, over what was left, when it is durable. */
  open(watchWindow: number): Promise<Storage>;
  readonly durable: boolean;
}

/** How a run ended. */
export interface StorageChaosResult {
  readonly sessions: number;
  readonly writes: number;
  readonly watches: number;
  /** A sentence for each broken promise. */
  readonly violations: readonly string[];
}

const sessionMs = 250;

/** Lets writers, watchers and readers loose on a storage, time and again, and says which promises it broke. */
export async function runStorageChaos(options: StorageChaosOptions): Promise<StorageChaosResult> {
  const deadline = performance.now() + options.budgetMs;
  const violations: string[] = [];
  const total = { sessions: 0, writes: 0, watches: 0 };
  let left = { start: new Map<string, KubernetesObject>() as ReadonlyMap<string, KubernetesObject>, revision: 1 };
  while (performance.now() < deadline && violations.length === 0) {
    const window = options.random.pick([1, 2, 7, 50, 10_000]);
    const storage = await options.open(window);
    const revision = await storage.revision();
    if (revision < left.revision) violations.push(`opened at ${revision}, but ${left.revision} was acknowledged`);
    const model = new StorageModel({ start: left.start, revision, window });
    const found = (await storage.list('')).items;
    if (!isDeepStrictEqual(found, model.at(revision, '')))
      violations.push('what was acknowledged is not what is found again');
    const session = await runSession(options, storage, model);
    total.sessions++;
    total.writes += session.acknowledged.size;
    total.watches += session.watches.length;
    violations.push(...model.violations.slice(0, 10));
    if (options.durable) left = { start: new Map(model.state), revision: model.revision };
  }
  return { ...total, violations };
}

async function runSession({ random }: StorageChaosOptions, storage: Storage, model: StorageModel): Promise<Stage> {
  const until = performance.now() + sessionMs / 2 + random.int(sessionMs);
  const stage: Stage = {
    storage,
    model,
    random,
    acknowledged: new Map(),
    watches: [],
    over: () => performance.now() > until,
  };
  const master = {
    event: (event: Parameters<StorageModel['note']>[0]): void => model.note(event),
    end: () => undefined,
  };
  await storage.watch('', master, { after: model.startRevision, signal: new AbortController().signal });
  const followers = await Promise.all([follow(stage), follow(stage)]);
  const writers = Array.from({ length: 1 + random.int(12) }, () => write(stage));
  const readers = [watch(stage), watch(stage), list(stage)];
  // Half of the time the storage is closed while writes are under way.
  if (random.chance(0.5)) {
    await Promise.all([...writers, ...readers]);
    await storage.close();
  } else {
    await new Promise((resolve) => setTimeout(resolve, random.int(sessionMs)));
    const closed = storage.close();
    await Promise.all([...writers, ...readers, closed]);
  }
  for (const check of followers) check();
  judgeWrites(stage);
  judgeWatches(stage);
  return stage;
}

function judgeWrites({ model, acknowledged }: Stage): void {
  const byRevision = new Map(model.events.map((event) => [event.revision, event]));
  for (const [revision, { key, object, deleted }] of acknowledged) {
    const event = byRevision.get(revision);
    const same =
      event?.key === key && isDeepStrictEqual(event.object, object) && (event.type === 'DELETED') === deleted;
    if (!same) model.violations.push(`${key} was acknowledged at ${revision}, but nobody was told`);
  }
}

function judgeWatches({ model, watches }: Stage): void {
  for (const { prefix, after, events, upTo, leftByItself, ends, aborter } of watches) {
    const got = events.map(({ revision }) => revision).join();
    const expected = model.eventsFor(prefix, after, upTo).map(({ revision }) => revision);
    if (leftByItself === true) expected.length = Math.min(expected.length, events.length);
    // The event during which another sink aborted the watch may be missing.
    const fits = got === expected.join() || (aborter.signal.aborted && got === expected.slice(0, -1).join());
    if (!fits) model.violations.push(`a watch of ${prefix} after ${after} got ${got}, not ${expected.join()}`);
    if (!aborter.signal.aborted && ends !== 1) model.violations.push(`a watch was told ${ends} times that it ended`);
    if (aborter.signal.aborted && ends !== 0) model.violations.push('an aborted watch was told that it ended');
    const source = new Map(model.events.map((event) => [event.revision, event]));
    if (events.some((event) => !isDeepStrictEqual(source.get(event.revision), event)))
      model.violations.push('a watch got something else');
  }
}
