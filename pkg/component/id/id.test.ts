import t from 'tap';
import { newFakeClock } from '../../testing/fake-clock.ts';
import { systemClock } from './clock.ts';
import { sleep } from './sleep.ts';
import { newUUID } from './uuid.ts';

void t.test('identifiers are random and of version 4', async (t) => {
  const ids = Array.from({ length: 1000 }, newUUID);
  t.equal(new Set(ids).size, 1000);
  t.ok(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)));
});

void t.test('the system clock', async (t) => {
  t.ok(Math.abs(systemClock.now() - Date.now()) < 1000);
  const before = systemClock.monotonic();
  let cancelled = false;
  const timer = systemClock.setTimeout(() => (cancelled = true), 0);
  timer.cancel();
  timer.cancel();
  const endless = systemClock.setTimeout(
    () => t.fail('a delay beyond what Node knows must not fire at once'),
    Infinity,
  );
  await new Promise<void>((resolve) => systemClock.setTimeout(resolve, 5));
  endless.cancel();
  t.equal(cancelled, false);
  t.ok(systemClock.monotonic() - before >= 4);
});

void t.test('sleep', async (t) => {
  const clock = newFakeClock();
  const woken: string[] = [];
  const leaving = new AbortController();
  const sleepers = [
    sleep(clock, 100).then(() => woken.push('on time')),
    sleep(clock, 1000, leaving.signal).then(() => woken.push('aborted')),
    sleep(clock, 1000, AbortSignal.abort()).then(() => woken.push('at once')),
  ];
  await clock.advance(99);
  t.same(woken, ['at once']);
  await clock.advance(1);
  t.same(woken, ['at once', 'on time']);
  leaving.abort();
  await Promise.all(sleepers);
  t.equal(clock.pendingTimers(), 0);
});

void t.test('the fake clock', async (t) => {
  await t.test('runs timers at their times, in order, with what they start', async (t) => {
    const clock = newFakeClock(1000);
    const ran: string[] = [];
    const note = (name: string) => (): void => void ran.push(`${name}@${clock.now()}`);
    clock.setTimeout(note('late'), 50);
    clock.setTimeout(note('early'), 10);
    clock.setTimeout(note('early too'), 10);
    clock.setTimeout(() => clock.setTimeout(note('nested'), 5), 20);
    const cancelled = clock.setTimeout(note('cancelled'), 1);
    cancelled.cancel();
    void sleep(clock, 30).then(() => clock.setTimeout(note('after a promise'), 5));
    t.equal(clock.nextTimer(), 10);
    await clock.advance(49);
    t.same(ran, ['early@1010', 'early too@1010', 'nested@1025', 'after a promise@1035']);
    t.same([clock.now(), clock.monotonic(), clock.pendingTimers()], [1049, 49, 1]);
    await clock.advance(1);
    t.equal(ran.at(-1), 'late@1050');
    t.equal(clock.nextTimer(), undefined);
  });

  await t.test('waits until something waits for it', async (t) => {
    const clock = newFakeClock();
    setImmediate(() => clock.setTimeout(() => undefined, 1));
    await clock.waitForTimers();
    t.equal(clock.pendingTimers(), 1);
  });
});
