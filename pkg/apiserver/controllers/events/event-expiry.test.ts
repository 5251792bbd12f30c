import { setImmediate as nextTurn } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { eventKind } from '../../../../apis/core/v1/event.ts';
import type { Event } from '../../../../apis/core/v1/event-schema.ts';
import { eventKind as eventsEventKind } from '../../../../apis/events.k8s.io/v1/event.ts';
import { cloneJSON } from '../../../apimachinery/runtime/json.ts';
import { StorageError } from '../../../storage/errors.ts';
import type { Storage } from '../../../storage/interface.ts';
import { newMemoryStorage } from '../../../storage/memory/memory-storage.ts';
import { eventually } from '../../../testing/eventually.ts';
import { type FakeClock, newFakeClock } from '../../../testing/fake-clock.ts';
import { newControlPlane, testWrite } from '../testing/control-plane.ts';
import { newEventExpiry } from './event-expiry.ts';

const hour = 3_600_000;
const priority = { groupPriorityMinimum: 1000, versionPriority: 15 };

async function newFixture(t: Test, clock: FakeClock, storage: Storage = newMemoryStorage()) {
  const plane = await newControlPlane(t, { clock, storage });
  const events = plane.server.install(eventKind, priority);
  plane.server.install(eventsEventKind, priority);
  const expiry = newEventExpiry({ events, ttlMs: hour, logger: plane.logger, clock });
  const start = async () => {
    const stop = plane.run(expiry);
    await eventually('the events are known', () => expiry.hasSynced());
    return stop;
  };
  const count = async (): Promise<number> => (await storage.list('core/events/')).items.length;
  /** Waits until so many events are left. */
  const remain = async (expected: number): Promise<void> => {
    const deadline = Date.now() + 5000;
    while ((await count()) !== expected && Date.now() < deadline) await nextTurn();
    t.equal(await count(), expected);
  };
  return { ...plane, events, start, count, remain };
}

const draft = (name: string): Event => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name, namespace: 'default' },
  involvedObject: { kind: 'ConfigMap', name: 'a', namespace: 'default' },
  reason: 'Tested',
});

t.test('an event goes an hour after it was last written, and not before', async (t) => {
  const clock = newFakeClock();
  const { events, start, count, remain } = await newFixture(t, clock);
  await start();
  await events.create(draft('once'), 'default', testWrite);
  await events.create(draft('again'), 'default', testWrite);
  await clock.waitForTimers();
  await clock.advance(hour / 2);
  const transform = (old: Event): Event => ({ ...cloneJSON(old), reason: 'Repeated' });
  await events.update({ namespace: 'default', name: 'again', subresource: '', transform }, testWrite);
  await clock.advance(hour / 2 - 1000);
  t.equal(await count(), 2);
  await clock.advance(20_000);
  await remain(1);
  t.equal((await events.get({ namespace: 'default', name: 'again' })).reason, 'Repeated');
  await clock.advance(hour / 2);
  await remain(0);
});

t.test('what was due while nothing ran goes at the start; the rest keeps its time', async (t) => {
  const storage = newMemoryStorage();
  t.teardown(() => storage.close());
  const clock = newFakeClock();
  const first = await newFixture(t, clock, storage);
  const stop = await first.start();
  await first.events.create(draft('old'), 'default', testWrite);
  await clock.advance(hour / 2);
  await first.events.create(draft('young'), 'default', testWrite);
  await stop();
  await clock.advance(hour * 0.75);
  t.equal(await first.count(), 2, 'nobody is there to delete');
  const second = await newFixture(t, clock, storage);
  await second.start();
  await clock.advance(0);
  await second.remain(1);
  await clock.advance(hour / 2);
  await second.remain(0);
});

t.test('many events take few timers, and one that is deleted none', async (t) => {
  const clock = newFakeClock();
  const { events, start, remain } = await newFixture(t, clock);
  await start();
  const before = clock.pendingTimers();
  await Promise.all(Array.from({ length: 100 }, (_, at) => events.create(draft(`e${at}`), 'default', testWrite)));
  await events.delete({ namespace: 'default', name: 'e0' }, testWrite);
  await eventually('one timer for all', () => clock.pendingTimers() === before + 1);
  await clock.advance(hour + 10_000);
  await remain(0);
});

t.test('an event that cannot be deleted is tried again', async (t) => {
  const clock = newFakeClock();
  const memory = newMemoryStorage();
  t.teardown(() => memory.close());
  let failing = true;
  const storage: Storage = {
    ...memory,
    get: (key) => memory.get(key),
    list: (prefix, options) => memory.list(prefix, options),
    create: (key, object) => memory.create(key, object),
    guaranteedUpdate: (key, update) => memory.guaranteedUpdate(key, update),
    watch: (prefix, sink, options) => memory.watch(prefix, sink, options),
    revision: () => memory.revision(),
    close: () => memory.close(),
    delete(key, check) {
      if (failing) throw new StorageError('WriteFailed', 'the disk is full');
      return memory.delete(key, check);
    },
  };
  const { events, start, count, remain, logger } = await newFixture(t, clock, storage);
  await start();
  await events.create(draft('stuck'), 'default', testWrite);
  await clock.waitForTimers();
  await clock.advance(hour + 10_000);
  await eventually('the failure is told', () =>
    logger.lines.some(({ message }) => message === 'Sync failed; trying again'),
  );
  t.equal(await count(), 1);
  failing = false;
  await clock.advance(60_000);
  await remain(0);
});
