import t from 'tap';
import { type FakeClock, newFakeClock } from '../../testing/fake-clock.ts';
import type { Outcome } from '../proxy/interface.ts';
import { newFailure } from '../testing/fake-transport.ts';
import { newTraffic, type Traffic } from './traffic.ts';
import type { Trial } from './trials.ts';

const address = 'https://192.0.2.1:7443';
const good: Outcome = { kind: 'completed', status: 200 };
const cut: Outcome = { kind: 'backend-failed', status: 503, failure: newFailure('http', 'CLOSED') };
const late: Outcome = { kind: 'backend-failed', status: 504, failure: newFailure('http', 'TIMEOUT') };
const unready: Outcome = { kind: 'completed', status: 503 };
const left: Outcome = { kind: 'client-left', status: 0 };

interface Fixture {
  readonly clock: FakeClock;
  readonly traffic: Traffic;
  /** Exchanges that end this way, with a quarter of a second between them. */
  readonly end: (outcome: Outcome, times?: number) => Promise<void>;
  readonly finish: (trial: Trial | undefined, outcome: Outcome) => void;
  /** As many trials as may begin. */
  readonly begin: () => Trial[];
  /** `<breaker>` and whether it refuses, after each change. */
  readonly seen: string[];
}

function newFixture(): Fixture {
  const clock = newFakeClock();
  const traffic = newTraffic(clock);
  const seen: string[] = [];
  traffic.subscribe(() => seen.push(`${traffic.breaker}${traffic.refuses ? ' refuses' : ''}`));
  return {
    clock,
    traffic,
    seen,
    async end(outcome, times = 1) {
      for (let index = 0; index < times; index++) {
        traffic.observe({ outcome, address });
        await clock.advance(250);
      }
    },
    finish: (trial, outcome) => traffic.observe({ outcome, address }, trial),
    begin() {
      const trials: Trial[] = [];
      for (let trial = traffic.beginTrial(true); trial !== undefined; trial = traffic.beginTrial(true))
        trials.push(trial);
      return trials;
    },
  };
}

/** One whose last requests got no answer at all, right after it was left alone for long enough. */
async function newHalfOpen(): Promise<Fixture> {
  const fixture = newFixture();
  await fixture.end(late, 5);
  await fixture.clock.advance(10_000);
  fixture.seen.length = 0;
  return fixture;
}

t.test('an address is left alone for a while, and refused when no request gets any answer', async (t) => {
  const { clock, traffic, end, seen, begin } = newFixture();
  await end(cut, 3);
  t.same(seen, ['open'], 'others are used where there are others');
  t.same(begin(), []);
  await end(cut, 2);
  t.same(seen, ['open', 'open refuses']);
  t.match(traffic.trouble, { code: 'CLOSED' });
  await end(cut, 30);
  t.equal(seen.length, 2, 'requests that were sent before are no news');
  await clock.advance(10_000 - 31 * 250);
  t.same(seen.at(-1), 'half-open refuses', 'and do not make it longer');
});

t.test('what happens at one moment is one event', async (t) => {
  const { clock, traffic, seen } = newFixture();
  for (let index = 0; index < 100; index++) traffic.observe({ outcome: cut, address });
  t.same(seen, ['open']);
  await clock.advance(199);
  traffic.observe({ outcome: cut, address });
  for (let index = 0; index < 3; index++) {
    await clock.advance(200);
    traffic.observe({ outcome: cut, address });
  }
  t.equal(traffic.refuses, false);
  await clock.advance(200);
  traffic.observe({ outcome: cut, address });
  t.equal(traffic.refuses, true);
});

t.test('a backend that answers is never refused: its own error is truer than ours', async (t) => {
  const { end, seen, traffic } = newFixture();
  await end(unready, 100);
  t.same(seen, ['open']);
  t.match(traffic.trouble, { code: 'HTTP_503' });
  for (let index = 0; index < 30; index++) {
    await end(cut, 4);
    await end(unready);
  }
  t.same(seen, ['open'], 'and goes on being tried, so that there is no need for trials');
  await end(good, 5);
  t.same(seen, ['open', 'closed']);
});

t.test('answers that break off are trouble, and not silence', async (t) => {
  const { end, seen } = newFixture();
  await end({ kind: 'backend-failed', status: 200, failure: newFailure('http', 'CLOSED') }, 20);
  t.same(seen, ['open']);
});

t.test('a row of good trials closes it, each lets twice as many through as the one before', async (t) => {
  const { begin, finish, seen, traffic } = await newHalfOpen();
  for (const count of [1, 2, 4, 8, 16]) {
    const trials = begin();
    t.equal(trials.length, count);
    // The others are still under way, and come to nothing.
    finish(trials[0], good);
    for (const each of trials.slice(1)) finish(each, left);
  }
  t.same(seen, ['closed']);
  t.equal(traffic.trouble, undefined);
});

t.test('a failed trial opens it for twice as long, up to a limit', async (t) => {
  const { clock, begin, finish, seen } = await newHalfOpen();
  for (const holdMs of [20_000, 40_000, 80_000, 160_000, 160_000]) {
    finish(begin()[0], holdMs === 40_000 ? { ...cut, failure: newFailure('connect', 'ETIMEDOUT') } : late);
    t.equal(seen.at(-1), 'open refuses');
    await clock.advance(holdMs - 1);
    t.same(begin(), []);
    await clock.advance(1);
    t.equal(seen.at(-1), 'half-open refuses');
  }
});

t.test('an answer, even a bad one, ends that nothing is let through', async (t) => {
  const { begin, finish, seen, traffic } = await newHalfOpen();
  finish(begin()[0], unready);
  t.same(seen, ['open']);
  t.match(traffic.trouble, { code: 'HTTP_503' });
});

t.test('trials that tell nothing are followed by others', async (t) => {
  const { clock, begin, finish, seen, traffic } = await newHalfOpen();
  finish(begin()[0], left);
  finish(begin()[0], { kind: 'not-sent', status: 0, failure: newFailure('http', 'BUSY') });
  const [first] = begin();
  t.same(begin(), []);
  await clock.advance(5000);
  const [second] = begin();
  t.ok(second, 'nobody waits for it longer');
  finish(first, late);
  t.same(seen, ['open refuses'], 'and its failure counts all the same');
  await clock.advance(20_000);
  finish(second, good);
  for (let index = 0; index < 4; index++) finish(begin()[0], good);
  t.equal(traffic.breaker, 'half-open', 'but not in another time');
});

t.test('without requests, probes speak for it; without proof, one failure is enough', async (t) => {
  const { clock, traffic, end, begin, seen } = await newHalfOpen();
  const [trial] = begin();
  for (let index = 0; index < 10; index++) traffic.probed();
  t.same(seen, [], 'not while a request waits for its answer');
  traffic.observe({ outcome: left, address }, trial);
  t.ok(traffic.beginTrial(false), 'a watch may take for ever');
  for (let index = 0; index < 5; index++) traffic.probed();
  t.same(seen, ['closed']);
  await clock.advance(300_000);
  await end(late);
  t.same(seen, ['closed', 'open refuses']);
  await clock.advance(19_000);
  t.equal(traffic.breaker, 'open');
  await clock.advance(1000);
  for (let index = 0; index < 5; index++) traffic.probed();
  await end(good);
  await end(late);
  t.equal(traffic.breaker, 'closed', 'one good request is proof');
});

t.test('what falls again within a minute is left alone for longer, and forgiven in time', async (t) => {
  const { clock, end, begin, finish, seen } = await newHalfOpen();
  const close = (): void => {
    for (let index = 0; index < 5; index++) finish(begin()[0], good);
  };
  close();
  await end(cut, 3);
  await clock.advance(19_000);
  t.equal(seen.at(-1), 'open');
  await clock.advance(1000);
  close();
  await clock.advance(60_000);
  await end(cut, 3);
  await clock.advance(10_000);
  t.equal(seen.at(-1), 'half-open');
});

t.test('a backend that was gone and is back begins anew', async (t) => {
  const { end, traffic, seen } = newFixture();
  await end(cut, 5);
  traffic.revived();
  t.same(seen, ['open', 'open refuses', 'closed']);
  await end(cut);
  t.same(seen.at(-1), 'open', 'and has to prove itself');
  const other = newFixture();
  await other.end(cut, 2);
  other.traffic.revived();
  await other.end(cut, 2);
  t.same(other.seen, []);
});

t.test('good answers to requests that are still under way close it, too', async (t) => {
  const { end, seen } = newFixture();
  await end(cut, 5);
  await end(good, 5);
  t.same(seen, ['open', 'open refuses', 'closed']);
});

t.test('nothing is left after the end', async (t) => {
  const { clock, end, traffic, seen } = newFixture();
  await end(cut, 5);
  traffic.close();
  t.equal(clock.pendingTimers(), 0);
  await clock.advance(60_000);
  t.equal(seen.length, 2);
});
