import t from 'tap';
import type { KubernetesObject, ObjectMeta } from '../../../apis/meta/v1/types.ts';
import {
  newExpired,
  newResourceVersionTooLarge,
  newServiceUnavailable,
  newUnauthorized,
} from '../../apimachinery/errors/constructors.ts';
import { discardLogger, type Logger } from '../../component/logs/logger.ts';
import { type FakeClock, newFakeClock } from '../../testing/fake-clock.ts';
import type { EventHandler } from './event-handler.ts';
import { type Informer, newInformer } from './informer.ts';
import type { ListerWatcher, ResourceEvent } from './lister-watcher.ts';
import { splitObjectKey, toObjectKey } from './object-key.ts';
import { compareResourceVersions } from './resource-version.ts';
import { newStore } from './store.ts';

interface Watcher {
  readonly from: number;
  readonly send: (event: ResourceEvent<KubernetesObject>) => void;
  readonly end: (error?: Error) => void;
}

/** A registry in memory, whose watches can be broken and whose history can be cut off. */
class FakeRegistry implements ListerWatcher<KubernetesObject> {
  revision = 1;
  oldest = 1;
  lists = 0;
  readonly watches: number[] = [];
  readonly objects = new Map<string, KubernetesObject>();
  readonly history: (ResourceEvent<KubernetesObject> & { readonly revision: number })[] = [];
  readonly watchers = new Set<Watcher>();
  /** Errors that the next calls fail with. */
  readonly listErrors: Error[] = [];
  readonly watchErrors: Error[] = [];

  async list(): Promise<{ items: KubernetesObject[]; resourceVersion: string }> {
    this.lists++;
    const error = this.listErrors.shift();
    if (error !== undefined) throw error;
    return { items: [...this.objects.values()], resourceVersion: String(this.revision) };
  }

  watch(
    resourceVersion: string,
    sink: (event: ResourceEvent<KubernetesObject>) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const from = Number(resourceVersion);
    this.watches.push(from);
    const failure = this.watchErrors.shift();
    if (failure !== undefined) return Promise.reject(failure);
    if (from < this.oldest - 1) return Promise.reject(newExpired(`too old resource version: ${from} (${this.oldest})`));
    return new Promise((resolve, reject) => {
      const end = (error?: Error): void => {
        this.watchers.delete(watcher);
        if (error === undefined) resolve();
        else reject(error);
      };
      const watcher = { from, send: sink, end };
      this.watchers.add(watcher);
      signal.addEventListener('abort', () => end(), { once: true });
      for (const event of this.history) if (event.revision > from) sink(event);
    });
  }

  write(key: string, uid = 'u1', labels: Record<string, string> = {}): void {
    const type = this.objects.has(key) ? 'MODIFIED' : 'ADDED';
    const object = this.#newObject(key, uid, labels);
    this.objects.set(key, object);
    this.#publish({ type, object });
  }

  delete(key: string): void {
    const uid = this.objects.get(key)?.metadata.uid ?? '';
    this.objects.delete(key);
    this.#publish({ type: 'DELETED', object: this.#newObject(key, uid, {}) });
  }

  bookmark(): void {
    for (const { send } of this.watchers) send({ type: 'BOOKMARK', resourceVersion: String(this.revision) });
  }

  /** Ends every watch. */
  drop(error?: Error): void {
    for (const { end } of this.watchers) end(error);
  }

  /** Forgets the history. */
  compact(): void {
    this.oldest = this.revision + 1;
    this.history.length = 0;
  }

  #newObject(key: string, uid: string, labels: Record<string, string>): KubernetesObject {
    const { namespace, name } = splitObjectKey(key);
    const resourceVersion = String(++this.revision);
    return newThing({ namespace, name, uid, labels, resourceVersion });
  }

  #publish(event: ResourceEvent<KubernetesObject>): void {
    this.history.push({ ...event, revision: this.revision });
    for (const { send } of this.watchers) send(event);
  }
}

const newThing = (metadata: ObjectMeta): KubernetesObject => ({ apiVersion: 'v1', kind: 'Thing', metadata });

const say = (object: KubernetesObject): string =>
  `${toObjectKey(object)}@${object.metadata.resourceVersion}${object.metadata.uid === 'u1' ? '' : `/${object.metadata.uid}`}`;

/** Writes down what it is told. */
function newRecorder(): {
  readonly events: string[];
  readonly handler: EventHandler<KubernetesObject>;
  take(): string[];
} {
  const events: string[] = [];
  return {
    events,
    take: () => events.splice(0),
    handler: {
      add: (object, initial) => void events.push(`${initial ? 'initial' : 'add'} ${say(object)}`),
      update: (previous, current) => void events.push(`update ${say(previous)} -> ${say(current)}`),
      delete: (object) => void events.push(`delete ${say(object)}`),
    },
  };
}

/** The same numbers each time, evenly distributed below the bound. */
function newRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

interface Running {
  readonly registry: FakeRegistry;
  readonly clock: FakeClock;
  readonly informer: Informer<KubernetesObject>;
  readonly recorder: ReturnType<typeof newRecorder>;
  /** Lets everything settle that is ready. */
  readonly settle: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

async function start(
  prepare: (registry: FakeRegistry) => void = () => undefined,
  logger: Logger = discardLogger,
): Promise<Running> {
  const registry = new FakeRegistry();
  prepare(registry);
  const clock = newFakeClock();
  const options = { name: 'things', listerWatcher: registry, logger, clock, random: () => 0 };
  const indexers = { tier: (object: KubernetesObject) => Object.values(object.metadata.labels ?? {}) };
  const informer = newInformer({ ...options, indexers });
  const recorder = newRecorder();
  informer.addEventHandler(recorder.handler);
  const stopping = new AbortController();
  const ended = informer.run(stopping.signal);
  const settle = (): Promise<void> => clock.advance(0);
  await settle();
  const stop = async (): Promise<void> => {
    stopping.abort();
    await ended;
    t.equal(clock.pendingTimers(), 0, 'no timer is left');
  };
  return { registry, clock, informer, recorder, settle, stop };
}

void t.test('an informer', async (t) => {
  await t.test('lists, then follows every change with the state before it', async (t) => {
    const { registry, informer, recorder, stop } = await start((r) => r.write('ns/a'));
    t.same(recorder.take(), ['initial ns/a@2']);
    registry.write('ns/b');
    registry.write('ns/a');
    registry.delete('ns/b');
    t.same(recorder.take(), ['add ns/b@3', 'update ns/a@2 -> ns/a@4', 'delete ns/b@5']);
    t.equal(informer.lastSyncResourceVersion(), '5');
    t.same(informer.lister.list().map(say), ['ns/a@4']);
    t.equal(registry.lists, 1);
    await stop();
    registry.write('ns/c');
    t.same(recorder.take(), [], 'nothing after the end');
  });

  await t.test('has synced once the handlers know of the first list', async (t) => {
    const { clock, informer, stop } = await start((r) => r.listErrors.push(new Error('not up yet')));
    t.equal(informer.hasSynced(), false);
    t.equal(informer.lastSyncResourceVersion(), '');
    const impatient = new AbortController();
    const given = informer.waitForSync(impatient.signal);
    impatient.abort(new Error('too long'));
    await t.rejects(given, { message: 'too long' });
    const synced = informer.waitForSync(new AbortController().signal);
    await clock.advance(800);
    await synced;
    t.equal(informer.hasSynced(), true);
    await informer.waitForSync(new AbortController().signal);
    await stop();
  });

  await t.test('resumes a watch that ended from where it stood, and bookmarks count', async (t) => {
    const { registry, clock, recorder, stop, settle } = await start((r) => r.write('a'));
    registry.write('b');
    registry.drop();
    await settle();
    t.same(registry.watches, [2, 3]);
    registry.revision = 40;
    registry.bookmark();
    registry.drop();
    await settle();
    t.same(registry.watches, [2, 3, 40]);
    await clock.advance(5000);
    registry.drop();
    registry.write('c');
    await settle();
    t.same(registry.watches, [2, 3, 40, 40]);
    t.equal(registry.lists, 1);
    t.same(recorder.take(), ['initial a@2', 'add b@3', 'add c@41']);
    await stop();
  });

  await t.test('lists again at once when the revision has expired', async (t) => {
    const { registry, settle, stop } = await start((r) => r.write('x'));
    registry.drop(newExpired('too old resource version: 2 (9)'));
    await settle();
    t.equal(registry.lists, 2);
    t.equal(registry.watchers.size, 1);
    await stop();
  });

  await t.test('tells deletions, changes and rebirths that it did not see', async (t) => {
    const { registry, clock, recorder, informer, stop } = await start((r) => {
      for (const key of ['kept', 'changed', 'gone', 'reborn']) r.write(key);
    });
    recorder.take();
    registry.drop(new Error('connection reset'));
    registry.write('changed');
    registry.delete('gone');
    registry.delete('reborn');
    registry.write('reborn', 'u2');
    registry.write('new');
    registry.compact();
    await clock.advance(800);
    t.equal(registry.lists, 2);
    t.same(recorder.take(), [
      'delete gone@4',
      'update changed@3 -> changed@6',
      'delete reborn@5',
      'add reborn@9/u2',
      'add new@10',
    ]);
    t.same(informer.lister.list().map(toObjectKey).toSorted(), ['changed', 'kept', 'new', 'reborn']);
    await stop();
  });

  await t.test('backs off from 800 ms to 30 s while it cannot list, and starts over after a good watch', async (t) => {
    const { registry, clock, stop, settle } = await start((r) => {
      for (let i = 0; i < 8; i++) r.listErrors.push(newUnauthorized());
    });
    const delays: (number | undefined)[] = [];
    while (clock.pendingTimers() > 0) {
      delays.push(clock.nextTimer());
      await clock.advance(clock.nextTimer() ?? 0);
    }
    t.same(delays, [800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
    registry.write('a');
    registry.drop(new Error('reset'));
    await settle();
    t.equal(clock.nextTimer(), 800);
    await stop();
  });

  await t.test('does not flood a server that ends every watch, or calls every revision expired', async (t) => {
    const short = await start();
    short.registry.drop();
    await short.settle();
    t.equal(short.clock.nextTimer(), 800, 'a very short watch');
    await short.stop();

    const expired = await start((r) => r.watchErrors.push(...Array.from({ length: 50 }, () => newExpired('too old'))));
    t.equal(expired.registry.lists, 2, 'only the first is free');
    t.equal(expired.clock.nextTimer(), 800);
    await expired.clock.advance(10_000);
    t.ok(expired.registry.lists < 8);
    await expired.stop();
  });

  await t.test(
    'watches again after a broken connection or a busy server, and lists again after any other refusal',
    async (t) => {
      const cases = [
        { error: new Error('ECONNRESET'), lists: 1 },
        { error: newServiceUnavailable('starting'), lists: 1 },
        { error: newUnauthorized(), lists: 2 },
        { error: newResourceVersionTooLarge(9, 3), lists: 2 },
      ];
      for (const { error, lists } of cases) {
        const { registry, clock, stop } = await start();
        registry.drop(error);
        await clock.advance(800);
        t.equal(registry.lists, lists, error.message);
        t.equal(registry.watchers.size, 1);
        await stop();
      }
    },
  );

  await t.test('ignores what a server repeats, and what comes after the end of a watch', async (t) => {
    const { registry, recorder, settle, clock, stop } = await start((r) => r.write('a'));
    registry.write('a');
    recorder.take();
    const [watcher] = registry.watchers;
    const [first, second] = registry.history;
    if (watcher === undefined || first === undefined || second === undefined) throw new Error('no watch');
    watcher.send(first);
    watcher.send(second);
    watcher.send({ ...first, type: 'DELETED' } as ResourceEvent<KubernetesObject>);
    t.same(recorder.take(), []);
    registry.drop();
    await settle();
    registry.write('b');
    watcher.send({ type: 'DELETED', object: newThing({ name: 'b', uid: 'u1', resourceVersion: '99' }) });
    t.same(recorder.take(), ['add b@4']);
    await clock.advance(0);
    await stop();
  });

  await t.test('deletes what it knows only, and tells a rebirth in a watch as two events', async (t) => {
    const { registry, recorder, stop } = await start();
    const [watcher] = registry.watchers;
    watcher?.send({ type: 'DELETED', object: newThing({ name: 'never', resourceVersion: '9' }) });
    registry.write('a', 'u1');
    registry.write('a', 'u2');
    t.same(recorder.take(), ['add a@2', 'delete a@2', 'add a@3/u2']);
    await stop();
  });

  await t.test('tells a late handler of all that is there, and none any more once it is taken away', async (t) => {
    const { registry, informer, stop } = await start((r) => r.write('a'));
    registry.write('b');
    const late = newRecorder();
    const remove = informer.addEventHandler(late.handler);
    t.same(late.take(), ['initial a@2', 'initial b@3']);
    registry.write('c');
    t.same(late.take(), ['add c@4']);
    remove();
    registry.write('d');
    t.same(late.take(), []);
    await stop();
  });

  await t.test('calls every handler, whatever another one does', async (t) => {
    const errors: unknown[] = [];
    const logger: Logger = {
      ...discardLogger,
      child: () => ({ ...logger, error: (_message, fields) => errors.push(fields) }),
    };
    const { registry, informer, recorder, stop } = await start(() => undefined, logger);
    informer.addEventHandler({
      add: () => {
        throw new Error('a bug');
      },
    });
    const nested = newRecorder();
    const remove = informer.addEventHandler({
      add: () => {
        remove();
        informer.addEventHandler(nested.handler);
      },
    });
    const last = newRecorder();
    informer.addEventHandler(last.handler);
    registry.write('a');
    registry.write('a');
    registry.delete('a');
    const told = ['add a@2', 'update a@2 -> a@3', 'delete a@4'];
    t.same(recorder.take(), told);
    t.same(last.take(), told);
    t.same(nested.take(), ['initial a@2', ...told.slice(1)], 'once, not twice');
    t.match(errors, [{ err: { message: 'a bug' } }]);
    await stop();
  });

  await t.test('ends at once even if its source does not heed the signal, and cannot run twice', async (t) => {
    const never = new Promise<never>(() => undefined);
    for (const listerWatcher of [
      { list: () => never, watch: () => never },
      { list: async () => ({ items: [], resourceVersion: '1' }), watch: () => never },
    ]) {
      const informer = newInformer({ name: 'deaf', listerWatcher, logger: discardLogger });
      const stopping = new AbortController();
      const ended = informer.run(stopping.signal);
      await newFakeClock().advance(0);
      stopping.abort();
      await ended;
      await t.rejects(informer.run(stopping.signal), { message: 'the informer of deaf runs already' });
    }
    const aborted = newInformer({
      name: 'late',
      listerWatcher: { list: () => never, watch: () => never },
      logger: discardLogger,
    });
    await aborted.run(AbortSignal.abort());
  });

  await t.test('tells a true story through hundreds of breaks, expiries and rebirths', async (t) => {
    const random = newRandom(7);
    const { registry, clock, informer, stop } = await start((r) => r.write('k0'));
    const told = new Map<string, KubernetesObject>();
    informer.addEventHandler({
      add(object) {
        if (told.has(toObjectKey(object))) t.fail('added twice');
        told.set(toObjectKey(object), object);
      },
      update(previous, current) {
        if (told.get(toObjectKey(current)) !== previous) t.fail('the previous state is not the one told before');
        if (previous.metadata.resourceVersion === current.metadata.resourceVersion)
          t.fail('an update without a change');
        if (previous.metadata.uid !== current.metadata.uid) t.fail('an update from one object to another');
        told.set(toObjectKey(current), current);
      },
      delete(object) {
        if (!told.delete(toObjectKey(object))) t.fail('deleted what was not there');
      },
    });
    for (let step = 0; step < 600; step++) {
      const key = `k${random(8)}`;
      if (registry.objects.has(key) && random(3) === 0) registry.delete(key);
      else registry.write(key, registry.objects.get(key)?.metadata.uid ?? `u${step}`);
      const mishap = random(12);
      if (mishap === 0) registry.drop(new Error('reset'));
      if (mishap === 1) registry.drop();
      if (mishap === 2) registry.compact();
      if (mishap === 3) registry.bookmark();
      if (mishap === 4) await clock.advance(random(2000));
    }
    await clock.advance(60_000);
    t.same([...told.values()].map(say).toSorted(), [...registry.objects.values()].map(say).toSorted());
    t.same(informer.lister.list().map(say).toSorted(), [...registry.objects.values()].map(say).toSorted());
    t.ok(
      registry.lists > 5 && registry.watches.length > 20,
      `${registry.lists} lists, ${registry.watches.length} watches`,
    );
    await stop();
  });
});

const object = (name: string, namespace: string, labels: Record<string, string> = {}): KubernetesObject =>
  newThing({ name, labels, ...(namespace === '' ? {} : { namespace }) });
const names = (objects: readonly KubernetesObject[]): (string | undefined)[] => objects.map((one) => one.metadata.name);

void t.test('a store', async (t) => {
  await t.test('finds objects by key, namespace and index, through changes', async (t) => {
    const store = newStore({ app: (one: KubernetesObject) => [one.metadata.labels?.['app'] ?? ''] });
    t.equal(store.put(object('a', 'x', { app: 'red' })), undefined);
    store.put(object('b', 'x', { app: 'red' }));
    store.put(object('a', 'y', { app: 'blue' }));
    store.put(object('c', '', { app: 'blue' }));
    t.same(names(store.listNamespace('x')), ['a', 'b']);
    t.same(names(store.listNamespace('')), ['c']);
    t.same(names(store.byIndex('app', 'red')), ['a', 'b']);
    t.equal(store.get('c')?.metadata.name, 'c');
    t.match(store.put(object('a', 'x', { app: 'blue' })), { metadata: { labels: { app: 'red' } } });
    t.same(names(store.byIndex('app', 'red')), ['b']);
    t.equal(store.byIndex('app', 'blue').length, 3);
    t.match(store.delete('x/b'), { metadata: { name: 'b' } });
    t.equal(store.delete('x/b'), undefined);
    t.same(store.byIndex('app', 'red'), []);
    t.equal(store.size, 3);
    t.throws(() => store.byIndex('missing', ''), new RangeError('there is no index "missing"'));
  });

  await t.test('gives a list that does not change under the reader', async (t) => {
    const store = newStore();
    store.put(object('a', ''));
    const before = store.list();
    t.equal(store.list(), before, 'made once');
    store.put(object('b', ''));
    t.same(names(before), ['a']);
    t.same(names(store.list()), ['a', 'b']);
  });
});

void t.test('object keys and resource versions', async (t) => {
  t.equal(toObjectKey(newThing({ name: 'a', namespace: 'n' })), 'n/a');
  t.equal(toObjectKey(newThing({ name: 'a', namespace: '' })), 'a');
  t.same(splitObjectKey('n/a'), { namespace: 'n', name: 'a' });
  t.same(splitObjectKey('v1.example.com'), { namespace: '', name: 'v1.example.com' });
  for (const [a, b, sign] of [
    ['9', '10', -1],
    ['10', '9', 1],
    ['7', '7', 0],
    ['123456789012345678901', '123456789012345678902', -1],
    ['x', '1', 0],
    ['', '1', 0],
    ['01', '2', 0],
  ] as const) {
    t.equal(Math.sign(compareResourceVersions(a, b)), sign, `${a} and ${b}`);
  }
});
