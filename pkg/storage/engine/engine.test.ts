import t from 'tap';
import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { StorageError } from '../errors.ts';
import type { Storage } from '../interface.ts';
import { createAll, newObject, newRecordingSink, summarise, valueOf, withValue } from '../testing/fixtures.ts';
import { newEngine } from './engine.ts';
import type { Change, Persistence } from './persistence.ts';
import { Published } from './published.ts';
import type { StorageReport } from './report.ts';

const key = 'core/configmaps/default/a';
const other = 'core/configmaps/default/b';

/** A persistence that stops before each batch until it is told how the batch ends. */
class SteppedPersistence implements Persistence {
  readonly batches: (readonly Change[])[] = [];
  readonly #waiting: ((failed: ReadonlyMap<string, StorageError>) => void)[] = [];
  #arrived = (): void => undefined;

  commit(changes: readonly Change[]): Promise<ReadonlyMap<string, StorageError>> {
    this.batches.push(changes);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#arrived();
    });
  }

  /** Waits for a batch, calls a function while it is under way, then ends it. */
  async step(meanwhile: () => unknown = () => undefined, ...failing: string[]): Promise<void> {
    if (this.#waiting.length === 0) await new Promise<void>((resolve) => (this.#arrived = resolve));
    await meanwhile();
    this.#waiting.shift()?.(new Map(failing.map((each) => [each, new StorageError('WriteFailed', each)])));
  }

  async close(): Promise<void> {}
}

function increment(current: KubernetesObject): KubernetesObject {
  return withValue(current, Number(valueOf(current)) + 1);
}

function breakDown(): void {
  throw new Error('broken sink');
}

function newSteppedEngine(): { storage: Storage; persistence: SteppedPersistence } {
  const persistence = new SteppedPersistence();
  return { storage: newEngine({ revision: 1, persistence }), persistence };
}

t.test('writes that arrive together become durable together, a key once', async (t) => {
  const { storage, persistence } = newSteppedEngine();
  const created = storage.create(key, newObject(key, 0));
  await persistence.step();
  await created;
  const sink = newRecordingSink();
  await storage.watch('', sink, { after: 2, signal: new AbortController().signal });
  const updates = Promise.all(Array.from({ length: 10 }, () => storage.guaranteedUpdate(key, increment)));
  const more = storage.create(other, newObject(other));
  await persistence.step();
  t.same((await updates).map(valueOf), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  await more;
  t.same(
    persistence.batches[1]?.map(({ key: changed, previous, next }) => [changed, valueOf(previous), valueOf(next)]),
    [
      [key, 0, 10],
      [other, undefined, 0],
    ],
  );
  t.same(
    sink.events.map(({ revision }) => revision),
    Array.from({ length: 11 }, (_, n) => n + 3),
  );
});

t.test('nobody sees a write before it is durable', async (t) => {
  const { storage, persistence } = newSteppedEngine();
  const sink = newRecordingSink();
  await storage.watch('', sink, { after: 1, signal: new AbortController().signal });
  const created = storage.create(key, newObject(key));
  await persistence.step(async () => {
    t.equal(await storage.get(key), undefined);
    t.same(await storage.list(''), { items: [], revision: 1 });
    t.equal(await storage.revision(), 1);
    t.same(sink.events, []);
    await t.rejects(storage.delete(key), { code: 'KeyNotFound' });
  });
  await created;
  t.same(summarise(sink.events), [`ADDED ${key}`]);
});

t.test('a failed write changes nothing and harms no other write of its batch', async (t) => {
  const { storage, persistence } = newSteppedEngine();
  const sink = newRecordingSink();
  await storage.watch('', sink, { after: 1, signal: new AbortController().signal });
  const [failing, good] = [storage.create(key, newObject(key)), storage.create(other, newObject(other))];
  await Promise.all([t.rejects(failing, { code: 'WriteFailed', key }), persistence.step(undefined, key)]);
  await good;
  t.equal(await storage.get(key), undefined);
  t.same(summarise(sink.events), [`ADDED ${other}`]);
  const again = storage.create(key, newObject(key));
  await persistence.step();
  t.equal(Number((await again).metadata.resourceVersion), await storage.revision());
});

t.test('a persistence that breaks altogether fails the writes, not the storage', async (t) => {
  let broken = true;
  const persistence: Persistence = {
    async commit() {
      if (broken) throw new Error('no idea');
      return new Map();
    },
    async close() {},
  };
  const storage = newEngine({ revision: 1, persistence });
  await t.rejects(storage.create(key, newObject(key)), { code: 'WriteFailed', cause: { message: 'no idea' } });
  broken = false;
  await createAll(storage, key);
  await storage.close();
});

t.test('nothing is refused because of a write that fails in the end', async (t) => {
  const { storage, persistence } = newSteppedEngine();
  const first = storage.create(key, newObject(key, 'first'));
  const second = storage.create(key, newObject(key, 'second'));
  await Promise.all([t.rejects(first, { code: 'WriteFailed' }), persistence.step(undefined, key)]);
  await persistence.step();
  t.equal(valueOf(await second), 'second', 'the first one was never there');

  const removal = storage.delete(key);
  const late = storage.guaranteedUpdate(key, (current) => withValue(current, 'late'));
  const unchanged = storage.guaranteedUpdate(key, (current) => current);
  await Promise.all([t.rejects(removal, { code: 'WriteFailed' }), persistence.step(undefined, key)]);
  await persistence.step();
  t.equal(valueOf(await late), 'late');
  t.equal(valueOf(await unchanged), 'second', 'answered at once: it writes nothing');
});

t.test('an async update that meets a staged write is asked again when that has failed', async (t) => {
  const { storage, persistence } = newSteppedEngine();
  const created = storage.create(key, newObject(key, 'old'));
  await persistence.step();
  await created;
  const seen: unknown[] = [];
  const staged = storage.guaranteedUpdate(key, (current) => withValue(current, 'staged'));
  const slow = storage.guaranteedUpdate(key, async (current) => {
    seen.push(valueOf(current));
    if (valueOf(current) === 'staged') throw new Error('judged by what is not durable');
    return withValue(current, 'slow');
  });
  await Promise.all([t.rejects(staged, { code: 'WriteFailed' }), persistence.step(undefined, key)]);
  await persistence.step();
  t.equal(valueOf(await slow), 'slow');
  t.equal(seen[0], 'old');
});

t.test('closing finishes writes under way and refuses updates that come back later', async (t) => {
  const { storage, persistence } = newSteppedEngine();
  const created = storage.create(key, newObject(key));
  await persistence.step();
  await created;
  const answer = Promise.withResolvers<KubernetesObject>();
  const late = storage.guaranteedUpdate(key, () => answer.promise);
  const removal = storage.delete(key);
  const closing = storage.close();
  await persistence.step();
  await Promise.all([removal, closing]);
  answer.resolve(newObject(key, 'late'));
  await t.rejects(late, { code: 'Unreachable' });
});

t.test('an object that cannot be frozen is refused alone', async (t) => {
  const storage = newEngine({ revision: 1 });
  const circular = newObject(key);
  circular['self'] = circular;
  const refused = storage.create(key, circular);
  await Promise.all([t.rejects(refused, { name: 'RangeError' }), createAll(storage, other)]);
  t.equal((await storage.list('')).items.length, 1);
});

t.test('a sink that throws is reported', async (t) => {
  const reports: StorageReport[] = [];
  const storage = newEngine({ revision: 1, report: (report) => reports.push(report) });
  await storage.watch(
    'core/',
    { event: breakDown, end: breakDown },
    { after: 1, signal: new AbortController().signal },
  );
  await createAll(storage, key, other);
  t.match(reports, [
    { kind: 'SinkFailed', path: 'core/', error: { message: 'broken sink' } },
    { kind: 'SinkFailed', path: 'core/' },
  ]);
});

t.test('a reporter that throws stops nothing', async (t) => {
  const storage = newEngine({ revision: 1, report: breakDown });
  await storage.watch(
    'core/',
    { event: breakDown, end: breakDown },
    { after: 1, signal: new AbortController().signal },
  );
  await createAll(storage, key, other);
  t.equal((await storage.list('')).items.length, 2);
});

t.test('watches that are aborted or failed are let go of', async (t) => {
  const published = new Published({ revision: 1, watchWindow: 10, report: () => undefined });
  const controllers = Array.from({ length: 20 }, () => new AbortController());
  for (const { signal } of controllers) published.watch('core/', newRecordingSink(), { after: 1, signal });
  const failing = { event: breakDown, end: breakDown };
  published.watch('core/', failing, { after: 1, signal: new AbortController().signal });
  t.equal(published.watchCount, 21);
  for (const controller of controllers) controller.abort();
  t.equal(published.watchCount, 1);
  published.publish({ type: 'ADDED', key, revision: 2, object: newObject(key) });
  t.equal(published.watchCount, 0);
});

t.test('a watch whose replay is overtaken by its own writes ends as compacted', async (t) => {
  const published = new Published({ revision: 1, watchWindow: 2, report: () => undefined });
  const publish = (revision: number): void =>
    published.publish({ type: 'ADDED', key, revision, object: newObject(key) });
  publish(2);
  const sink = newRecordingSink();
  const overtaking = { ...sink, event: (): void => [3, 4, 5, 6].forEach(publish) };
  published.watch('core/', overtaking, { after: 1, signal: new AbortController().signal });
  t.match(sink.ends, [{ code: 'Compacted', revision: 4 }]);
  t.equal(published.watchCount, 0);
});

t.test('a watch window has room for at least one event', async (t) => {
  for (const watchWindow of [0, -1, 1.5, Number.NaN])
    t.throws(() => newEngine({ revision: 1, watchWindow }), RangeError);
});
