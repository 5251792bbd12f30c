import t from 'tap';
import { type FakeClock, newFakeClock } from '../../testing/fake-clock.ts';
import type { Outcome } from '../proxy/interface.ts';
import { newFailure } from '../testing/fake-transport.ts';
import { chooseLastResorts, chooseUsable, type HealthState, toAddressState, toServiceState } from './health.ts';
import { toHealthCondition } from './health-condition.ts';
import { newTraffic, type Traffic } from './traffic.ts';

const address = 'https://192.0.2.1:7443';
const good: Outcome = { kind: 'completed', status: 200 };
const cut: Outcome = { kind: 'backend-failed', status: 503, failure: newFailure('http', 'CLOSED') };

interface Fixture {
  readonly clock: FakeClock;
  readonly traffic: Traffic;
  readonly observe: (outcome: Outcome, times?: number) => void;
  /** Codes of the troubles, in their order; empty for an end. */
  readonly seen: string[];
}

function newFixture(): Fixture {
  const clock = newFakeClock();
  const traffic = newTraffic(clock);
  const seen: string[] = [];
  traffic.subscribe(() => seen.push(traffic.trouble?.code ?? ''));
  const observe = (outcome: Outcome, times = 1): void => {
    for (let index = 0; index < times; index++) traffic.observe({ outcome, address });
  };
  return { clock, traffic, observe, seen };
}

t.test('requests that fail in a row are trouble, until as many are good', async (t) => {
  const { observe, seen } = newFixture();
  observe(good, 50);
  observe(cut, 2);
  t.same(seen, []);
  observe(cut, 10);
  t.same(seen, ['CLOSED'], 'told once');
  observe(good, 4);
  t.equal(seen.length, 1);
  observe(good);
  t.same(seen, ['CLOSED', '']);
});

t.test('so are requests of which every other fails', async (t) => {
  const { observe, seen } = newFixture();
  for (let index = 0; index < 10; index++) {
    observe(good);
    observe(cut);
  }
  t.same(seen, ['CLOSED']);
});

t.test('what says nothing against the backend is not counted', async (t) => {
  const { observe, seen } = newFixture();
  const failures = ['connect ECONNREFUSED', 'status REDIRECT', 'http HEAD_TOO_LARGE', 'connect EMFILE'] as const;
  for (const text of failures) {
    const [step, code] = text.split(' ') as ['connect' | 'status' | 'http', string];
    observe({ kind: 'backend-failed', status: 503, failure: newFailure(step, code) }, 30);
  }
  observe({ kind: 'client-left', status: 0 }, 30);
  observe({ kind: 'not-sent', status: 0, failure: newFailure('connect', 'ECONNREFUSED') }, 30);
  for (const status of [400, 404, 409, 429, 500]) observe({ kind: 'completed', status }, 30);
  t.same(seen, []);
  for (const status of [502, 503, 504]) {
    const other = newFixture();
    other.observe({ kind: 'completed', status }, 3);
    t.same(other.seen, [`HTTP_${status}`]);
    t.match(other.traffic.trouble, { step: 'status', address, seen: `requests are answered with ${status}` });
  }
});

t.test('the state of a service is that of its addresses together', async (t) => {
  const cases: readonly [readonly HealthState[], HealthState][] = [
    [[], 'unavailable'],
    [['unknown'], 'unknown'],
    [['available', 'available'], 'available'],
    [['available', 'unknown'], 'available'],
    [['available', 'unavailable'], 'degraded'],
    [['available', 'degraded'], 'degraded'],
    [['degraded', 'degraded'], 'degraded'],
    [['unavailable', 'degraded'], 'degraded'],
    [['unavailable', 'unknown'], 'unknown'],
    [['unavailable', 'unavailable'], 'unavailable'],
  ];
  for (const [states, expected] of cases) t.equal(toServiceState(states), expected, states.join());
  const failure = newFailure('http', 'CLOSED');
  const well = { trouble: undefined, refuses: false };
  const troubled = { trouble: failure, refuses: false };
  t.equal(toAddressState(undefined, troubled), 'unknown');
  t.equal(toAddressState({ available: true }, well), 'available');
  t.equal(toAddressState({ available: true }, troubled), 'degraded');
  t.equal(toAddressState({ available: true }, { trouble: failure, refuses: true }), 'unavailable');
  t.equal(toAddressState({ available: false, failure }, troubled), 'unavailable');
});

t.test('addresses where requests fail are left out, unless the others could not bear it', async (t) => {
  const choose = (...states: HealthState[]): string =>
    chooseUsable(states.map((state, index) => ({ state, index })))
      .map(({ index }) => index)
      .join();
  t.equal(choose('available', 'available', 'degraded', 'unavailable', 'unknown'), '0,1');
  t.equal(choose('available', 'degraded'), '0,1');
  t.equal(choose('available', 'degraded', 'degraded'), '0,1,2');
  t.equal(choose('degraded', 'unavailable'), '0');
  t.equal(choose('unavailable', 'unknown'), '1');
  t.equal(choose('unavailable'), '');
});

t.test('who finds no usable address goes where nobody listened, if the service has several', async (t) => {
  const verdicts = {
    well: { available: true },
    refused: { available: false, failure: newFailure('connect', 'ECONNREFUSED') },
    killed: { available: false, failure: newFailure('http', 'CLOSED') },
    silent: { available: false, failure: newFailure('connect', 'TIMEOUT') },
    wrong: { available: false, failure: newFailure('tls', 'CERT_HAS_EXPIRED') },
    ill: { available: false, failure: newFailure('status', 'STATUS') },
    new: undefined,
  } as const;
  type Name = keyof typeof verdicts;
  const choose = (...names: Name[]): string => {
    const all = names.map((each) => ({ name: each, verdict: verdicts[each] }));
    const usable = all.filter(({ verdict }) => verdict?.available === true);
    return chooseLastResorts(all, usable)
      .map((each) => each.name)
      .join();
  };
  t.equal(choose('refused'), '', 'a service with one address is gone with it');
  t.equal(choose('well', 'refused'), 'refused');
  t.equal(choose('refused', 'refused'), 'refused,refused');
  t.equal(choose('well', 'killed'), 'killed');
  t.equal(choose('well', 'new'), 'new');
  t.equal(choose('well', 'silent', 'wrong', 'ill'), '', 'what costs time or is no accident is left alone');
});

t.test('the condition names step, address, expected, seen, since, last success, and what to do', async (t) => {
  const since = '2026-01-01T00:00:10Z';
  const failure = {
    step: 'connect',
    code: 'ECONNREFUSED',
    expected: 'a service that listens',
    seen: 'nothing',
    hint: 'Start it.',
  } as const;
  const well = { address: 'https://a:1', state: 'available', since } as const;
  const down = { address: 'https://b:1', state: 'unavailable', since, failure } as const;
  t.equal(toHealthCondition({ state: 'unknown', since, addresses: [] }), undefined);
  t.same(toHealthCondition({ state: 'available', since, addresses: [well] }), {
    type: 'tributary.Healthy',
    status: 'True',
    reason: 'Available',
    message: 'https://a:1 answers',
  });
  t.match(toHealthCondition({ state: 'available', since, addresses: [well, well] }), {
    message: 'all 2 addresses answer',
  });
  t.match(toHealthCondition({ state: 'unavailable', since, addresses: [] }), {
    status: 'False',
    reason: 'Unavailable',
  });
  t.match(toHealthCondition({ state: 'unavailable', since, addresses: [down] }), {
    status: 'False',
    reason: 'Unavailable',
    message: `https://b:1 is unavailable since ${since} (no good answer so far): step connect (ECONNREFUSED): expected a service that listens; seen nothing. Start it.`,
  });
  const ill = { ...down, state: 'degraded', lastSuccess: '2026-01-01T00:00:09Z' } as const;
  t.match(toHealthCondition({ state: 'degraded', since, addresses: [well, ill] }), {
    status: 'False',
    reason: 'Degraded',
    message: `1 of 2 addresses are not well. https://b:1 passes its probes, but requests fail since ${since} (last good answer 2026-01-01T00:00:09Z): step connect (ECONNREFUSED): expected a service that listens; seen nothing. Start it.`,
  });
  const many = toHealthCondition({ state: 'unavailable', since, addresses: Array.from({ length: 50 }, () => down) });
  t.match(many?.message, /And 42 more\.$/);
});
