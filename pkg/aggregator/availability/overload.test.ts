import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { systemClock, type Clock } from '../../component/id/clock.ts';
import { eventually } from '../../testing/eventually.ts';
import { type FakeClock, newFakeClock } from '../../testing/fake-clock.ts';
import { newTestAuthority } from '../../testing/pki.ts';
import { newTransport } from '../proxy/transport.ts';
import { startAggregator } from '../testing/aggregator-fixture.ts';
import { newFailure, newFakeTransport } from '../testing/fake-transport.ts';
import { newProber } from './prober.ts';
import { newRunningTime } from './running-time.ts';
import { newSlots } from './slots.ts';

/** A clock of a process that stands still at times: its timers are late by as much. */
function newStallingClock(): {
  readonly hands: FakeClock;
  readonly clock: Clock;
  readonly stall: (ms: number) => void;
} {
  const hands = newFakeClock();
  let stalledMs = 0;
  return {
    hands,
    clock: {
      now: () => hands.now() + stalledMs,
      monotonic: () => hands.monotonic() + stalledMs,
      setTimeout: (callback, delayMs) => hands.setTimeout(callback, delayMs),
    },
    stall: (ms) => void (stalledMs += ms),
  };
}

t.test('time does not pass while the process stands still', async (t) => {
  const { hands, clock, stall } = newStallingClock();
  const running = newRunningTime(clock);
  const startedAt = running.now();
  let ended = false;
  running.setTimeout(() => (ended = true), 1000);
  running.setTimeout(() => t.fail('was called off'), 500).cancel();
  await hands.advance(400);
  stall(3000);
  t.equal(running.now() - startedAt, 450, 'but for the time until it should have had the next look');
  await hands.advance(500);
  t.notOk(ended);
  await hands.advance(100);
  t.ok(ended);
  t.equal(hands.pendingTimers(), 0, 'nothing is measured when nobody waits');
});

t.test('being a little late is how an event loop is', async (t) => {
  const { hands, clock, stall } = newStallingClock();
  const running = newRunningTime(clock);
  const startedAt = running.now();
  const timer = running.setTimeout(() => undefined, 10_000);
  for (let index = 0; index < 10; index++) {
    stall(45);
    await hands.advance(50);
  }
  t.equal(running.now() - startedAt, 950);
  timer.cancel();
});

t.test('slots go to whoever came first, with hope before those without, who never get all of them', async (t) => {
  const clock = newFakeClock();
  const slots = newSlots({ count: 4, yieldMs: 100 }, newRunningTime(clock));
  const begun: string[] = [];
  const releases = new Map<string, () => void>();
  const take = async (name: string): Promise<void> => {
    const release = await slots.take(name.startsWith('l') ? 'low' : 'high');
    begun.push(name);
    releases.set(name, release);
  };
  for (const name of ['l1', 'l2', 'l3', 'h1', 'h2', 'h3', 'h4']) void take(name);
  await clock.advance(0);
  t.equal(begun.splice(0).join(), 'l1,l2,h1,h2');
  releases.get('l1')?.();
  releases.get('l1')?.();
  await clock.advance(0);
  t.equal(begun.splice(0).join(), 'h3');
  releases.get('h1')?.();
  releases.get('h2')?.();
  await clock.advance(0);
  t.equal(begun.splice(0).join(), 'h4,l3');
  for (const name of ['l4', 'h5', 'h6']) void take(name);
  await clock.advance(99);
  t.same(begun, []);
  await clock.advance(100);
  t.equal(begun.join(), 'h5,h6,l4', 'who takes long keeps nobody');
  for (const release of releases.values()) release();
  t.equal(clock.pendingTimers(), 0);
});

t.test('a probe is not late for time in which nobody could have read its answer', async (t) => {
  const { hands, clock, stall } = newStallingClock();
  const transport = newFakeTransport(hands);
  const running = newRunningTime(clock);
  const slots = newSlots({ count: 1, yieldMs: 50 }, running);
  const prober = newProber(transport, { clock, random: () => 0, running, slots });
  t.teardown(() => prober.close());
  const answer = { status: 200, body: { kind: 'APIResourceList' } };
  const verdicts: boolean[] = [];
  let afterMs = 300;
  transport.behave = () => ({ answer, afterMs });
  prober.watch({ path: '/apis/a/v1', onVerdict: ({ available }) => void verdicts.push(available) });
  for (let index = 0; index < 100; index++) {
    await hands.advance(100);
    stall(2000);
  }
  t.same(verdicts, [true]);
  // What runs by the clock of the machine ends all the same, such as a handshake; it is tried again.
  transport.behave = () => ({ failure: newFailure('tls', 'TIMEOUT'), afterMs: 100 });
  for (let index = 0; index < 4; index++) {
    await hands.advance(100);
    stall(2000);
  }
  transport.behave = () => ({ answer, afterMs });
  await hands.advance(5000);
  t.same(verdicts, [true]);
  afterMs = 60_000;
  await hands.advance(5000);
  t.same(verdicts, [true, false], 'and silence is silence');
});

const count = 60;

/** Many services in a process of their own, each on its port. */
async function startServices(t: Test, serving: { certPEM: string; keyPEM: string }): Promise<readonly number[]> {
  const child: ChildProcess = fork(fileURLToPath(new URL('../testing/many-services.ts', import.meta.url)));
  t.teardown(async () => {
    child.kill();
    await once(child, 'exit');
  });
  child.send({ count, cert: serving.certPEM, key: serving.keyPEM });
  const [ports] = (await once(child, 'message')) as [readonly number[]];
  return ports;
}

t.test('many services that come at once, before a process that has other things to do, are all found', async (t) => {
  const authority = await newTestAuthority();
  const front = await authority.client('front-proxy-client');
  const ports = await startServices(t, await authority.serving(['svc.ns.svc', 'localhost']));
  const fixture = await startAggregator({
    newTransport,
    credentials: { gatewayCA: authority.caPEM, clientCertificate: { cert: front.certPEM, key: front.keyPEM } },
  });
  t.teardown(() => fixture.stop());
  const failed = new Set<string>();
  const found = new Set<string>();
  fixture.aggregator.subscribe(({ name, current }) => {
    if (current?.availability.status === 'True') found.add(name);
    if (current?.availability.status === 'False' && current.availability.reason !== 'ServiceNotFound') failed.add(name);
  });
  for (const [index, port] of ports.entries()) {
    await fixture.register({ name: `v1.g${index}`, port, ...(index === 0 && { host: '127.0.0.1' }) });
  }
  // Longer at a time than any probe may take.
  for (let round = 0; round < 3; round++) {
    const until = systemClock.monotonic() + 1500;
    while (systemClock.monotonic() < until);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await eventually('all of them', () => found.size === count);
  t.same([...failed], [], 'and none of them was thought to be dead');
});
