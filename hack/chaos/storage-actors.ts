import { setImmediate, setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../../apis/meta/v1/types.ts';
import { isStorageError } from '../../pkg/storage/errors.ts';
import type { Storage, StorageEvent } from '../../pkg/storage/interface.ts';
import { newObject, revisionOf, withValue } from '../../pkg/storage/testing/fixtures.ts';
import type { Random } from './random.ts';
import type { StorageModel } from './storage-model.ts';

/** What actors share. */
export interface Stage {
  readonly storage: Storage;
  readonly model: StorageModel;
  readonly random: Random;
  /** Writes that were acknowledged, by revision. */
  readonly acknowledged: Map<number, Acknowledged>;
  readonly watches: WatchRecord[];
  over(): boolean;
}

/** A promise that the storage gave. */
export interface Acknowledged {
  readonly key: string;
  readonly object: KubernetesObject;
  readonly deleted: boolean;
}

/** A watch and what it got. */
export interface WatchRecord {
  readonly prefix: string;
  readonly after: number;
  readonly aborter: AbortController;
  readonly events: StorageEvent[];
  /** How many events there were when the watch was aborted, or ended by itself. */
  upTo?: number;
  /** It was left by its own receiver, perhaps while it was told of the past: it got a beginning. */
  leftByItself?: true;
  ends: number;
}

const namespaces = ['n', 'n-1', 'n.x', 'nn'];
const names = ['a', 'a-b', 'a.b', 'ab', 'b', '\u00e9', 'z'];
export const keys: readonly string[] = [
  ...namespaces.flatMap((namespace) => names.map((name) => `core/configmaps/${namespace}/${name}`)),
  ...names.map((name) => `core/nodes/${name}`),
  ...names.map((name) => `test.example.com/widgets/n/${name}`),
];
export const prefixes: readonly string[] = [
  '',
  'core/',
  'core/configmaps/',
  'core/configmaps/n/',
  'core/configmaps/n-1/',
  'core/nodes/',
  'test.example.com/',
  'nothing/',
];

/** Writes whatever comes to mind until it is over. */
export async function write(stage: Stage): Promise<void> {
  const { random } = stage;
  for (let step = 0; !stage.over(); step++) {
    const key = random.pick(keys);
    const before = stage.model.revision;
    try {
      const { object, deleted } = await writeOnce(stage, key, step);
      const revision = revisionOf(object);
      const isNew = !stage.acknowledged.has(revision);
      if (isNew && revision > before) stage.acknowledged.set(revision, { key, object, deleted });
      await readBack(stage, key, { revision, deleted });
    } catch (error) {
      if (isStorageError(error, 'Unreachable')) return;
      if (
        !isStorageError(error, 'KeyExists') &&
        !isStorageError(error, 'KeyNotFound') &&
        !(error instanceof ChangedMyMind)
      )
        throw error;
    }
    if (random.chance(0.1)) await setImmediate();
  }
}

class ChangedMyMind extends Error {}

async function writeOnce(
  { storage, random }: Stage,
  key: string,
  step: number,
): Promise<{ object: KubernetesObject; deleted: boolean }> {
  const value = random.chance(0.1) ? 'same' : `${step}-${random.int(1e9)}`;
  const wait = random.int(4);
  const pause = async (): Promise<void> => (wait === 0 ? setTimeout(1) : wait === 1 ? setImmediate() : undefined);
  switch (random.int(8)) {
    case 0:
    case 1:
      return { object: await storage.create(key, newObject(key, value)), deleted: false };
    case 2:
      return { object: await storage.delete(key), deleted: true };
    case 3: {
      const check = async (): Promise<void> => {
        await pause();
        if (wait === 3) throw new ChangedMyMind();
      };
      return { object: await storage.delete(key, check), deleted: true };
    }
    case 4:
      return { object: await storage.guaranteedUpdate(key, (current) => current), deleted: false };
    case 5: {
      const update = async (current: KubernetesObject): Promise<KubernetesObject> => {
        await pause();
        if (wait === 3) throw new ChangedMyMind();
        return withValue(current, value);
      };
      return { object: await storage.guaranteedUpdate(key, update), deleted: false };
    }
    default:
      return { object: await storage.guaranteedUpdate(key, (current) => withValue(current, value)), deleted: false };
  }
}

/** Nobody may see an older state than one that was acknowledged. */
async function readBack(
  { storage, model, random }: Stage,
  key: string,
  written: { revision: number; deleted: boolean },
): Promise<void> {
  const { revision, deleted } = written;
  if (random.chance(0.3)) {
    const { revision: listed } = await storage.list(random.pick(prefixes), { limit: 1 });
    if (listed < revision) model.violations.push(`a list at ${listed} after ${revision} was acknowledged`);
  }
  const found = await storage.get(key);
  const later = model.events.some((event) => event.key === key && event.revision > revision);
  if (later) return;
  if (deleted ? found !== undefined : revisionOf(found) < revision || found === undefined) {
    model.violations.push(`a stale read of ${key} after ${revision} was acknowledged`);
  }
}

/** Begins watches from anywhere and leaves them at any time. */
export async function watch(stage: Stage): Promise<void> {
  const { storage, model, random, watches } = stage;
  while (!stage.over()) {
    await (random.chance(0.5) ? setImmediate() : setTimeout(random.int(5)));
    const { revision, floor } = model;
    const after = Math.max(
      0,
      random.chance(0.3) ? revision + 2 - random.int(4) : Math.max(0, floor - 3) + random.int(revision - floor + 6),
    );
    const record: WatchRecord = {
      prefix: random.pick(prefixes),
      after,
      aborter: new AbortController(),
      events: [],
      ends: 0,
    };
    const leaveAt = random.chance(0.2) ? random.int(5) : Infinity;
    const sink = {
      event: (event: StorageEvent): void => {
        if (record.upTo !== undefined) model.violations.push('an event after the end of a watch');
        record.events.push(event);
        if (record.events.length <= leaveAt) return;
        record.leftByItself = true;
        leave(record, model);
      },
      end: (): void => {
        record.ends++;
        record.upTo ??= model.events.length;
      },
    };
    const started = storage.watch(record.prefix, sink, { after, signal: record.aborter.signal });
    const outcome = await started.then(
      () => 'stands',
      (error: unknown) => (isStorageError(error) ? error.code : error),
    );
    const expected = after > revision ? 'FutureRevision' : after < floor ? 'Compacted' : 'stands';
    if (outcome === 'Unreachable') return;
    if (outcome !== expected)
      model.violations.push(`a watch after ${after} (${floor}…${revision}): ${String(outcome)}, not ${expected}`);
    if (outcome === 'stands') watches.push(record);
    const standing = watches.filter((each) => each.upTo === undefined);
    if (standing.length > 30 || random.chance(0.2))
      leave(random.pick(standing.length > 0 ? standing : [record]), model);
  }
}

function leave(record: WatchRecord, { events }: StorageModel): void {
  if (record.upTo !== undefined) return;
  // Sinks are called one after the other for one event: the model may have the event that this watch is about to be told of.
  record.upTo = events.length;
  record.aborter.abort();
}

/** Reads in pages as of earlier revisions. */
export async function list(stage: Stage): Promise<void> {
  const { storage, model, random } = stage;
  while (!stage.over()) {
    await setImmediate();
    const { floor } = model;
    const prefix = random.pick(prefixes);
    const limit = random.int(5);
    const wanted = random.chance(0.5) ? undefined : Math.max(0, floor - 2 + random.int(model.revision - floor + 5));
    const { revision: current } = model;
    try {
      let page = await storage.list(prefix, { limit, ...(wanted !== undefined && { revision: wanted }) });
      if (wanted !== undefined && (wanted < floor || wanted > current))
        model.violations.push(`a list at ${wanted} outside of ${floor}…${current}`);
      const items = [...page.items];
      const { revision } = page;
      while (page.lastKey !== undefined) {
        if (random.chance(0.3)) await setImmediate();
        page = await storage.list(prefix, { limit, revision, after: page.lastKey });
        items.push(...page.items);
      }
      const expected = model.at(revision, prefix);
      if (!isDeepStrictEqual(items, expected))
        model.violations.push(
          `a list of ${prefix} at ${revision} is wrong: ${items.length} items, not ${expected.length}`,
        );
    } catch (error) {
      if (isStorageError(error, 'Unreachable')) return;
      const beyond =
        error instanceof Error &&
        isStorageError(error) &&
        (error.code === 'Compacted' ? (wanted ?? current) < model.floor : (wanted ?? 0) > current);
      if (!beyond) model.violations.push(`a list at ${wanted} (${floor}…${current}): ${String(error)}`);
    }
  }
}

/** Follows a prefix as clients do: a list, then a watch from there. What they hold in the end must be all there is. */
export async function follow(stage: Stage): Promise<() => void> {
  const { storage, model, random } = stage;
  const prefix = random.pick(prefixes);
  const { items, revision } = await storage.list(prefix);
  const byKey = new Map<string, KubernetesObject>();
  for (const item of items)
    byKey.set(
      [...model.state].find(([, object]) => object === item || isDeepStrictEqual(object, item))?.[0] ?? '?',
      item,
    );
  const event = ({ type, key, object }: StorageEvent): void =>
    void (type === 'DELETED' ? byKey.delete(key) : byKey.set(key, object));
  await storage.watch(
    prefix,
    { event, end: () => undefined },
    { after: revision, signal: new AbortController().signal },
  );
  return () => {
    const expected = new Map([...model.state].filter(([key]) => key.startsWith(prefix)));
    if (!isDeepStrictEqual(byKey, expected))
      model.violations.push(`who followed ${prefix} from ${revision} holds something else`);
  };
}
