import t, { type Test } from 'tap';
import { type FakeClock, newFakeClock } from '../../testing/fake-clock.ts';
import {
  type Behaviour,
  type FakeTransport,
  healthy,
  newFailure,
  newFakeTransport,
  refused,
  silent,
} from '../testing/fake-transport.ts';
import { toConditionMessage } from './failure-kinds.ts';
import type { Prober } from './interface.ts';
import { newProber } from './prober.ts';
import { newRunningTime } from './running-time.ts';
import { newSlots } from './slots.ts';

const plenty = { count: 100, yieldMs: 50 };

/** Verdicts of a target as `<ms> ok` or `<ms> <step> <code>`, in their order. */
interface Watched {
  readonly path: string;
  readonly seen: string[];
  readonly messages: string[];
  unwatch: () => void;
}

interface Fixture {
  readonly clock: FakeClock;
  readonly transport: FakeTransport;
  readonly prober: Prober;
  readonly watch: (path: string) => Watched;
  /** Requests per path since the last call. */
  readonly count: () => Record<string, number>;
}

function newFixture(t: Test, behave: FakeTransport['behave'] = () => healthy): Fixture {
  const clock = newFakeClock();
  const transport = newFakeTransport(clock);
  transport.behave = behave;
  const running = newRunningTime(clock);
  const prober = newProber(transport, { clock, random: () => 0, running, slots: newSlots(plenty, running) });
  t.teardown(() => prober.close());
  return {
    clock,
    transport,
    prober,
    watch(path) {
      const watched: Watched = { path, seen: [], messages: [], unwatch: () => undefined };
      watched.unwatch = prober.watch({
        path,
        onVerdict(verdict) {
          const what = verdict.available ? 'ok' : `${verdict.failure.step} ${verdict.failure.code}`;
          watched.seen.push(`${clock.monotonic()} ${what}`);
          watched.messages.push(verdict.available ? '' : toConditionMessage(verdict.failure));
        },
      });
      return watched;
    },
    count() {
      const counts: Record<string, number> = {};
      for (const { path } of transport.requests.splice(0)) counts[path] = (counts[path] ?? 0) + 1;
      return counts;
    },
  };
}

t.test('a healthy service is available after one probe and probed all the time', async (t) => {
  const { clock, transport, watch, count } = newFixture(t);
  const a = watch('/apis/a/v1');
  await clock.advance(0);
  t.same(a.seen, ['0 ok']);
  const [request] = transport.requests;
  t.match(request, {
    path: '/apis/a/v1',
    headers: { 'X-Remote-User': 'system:kube-aggregator', 'X-Remote-Group': 'system:masters' },
  });
  count();
  await clock.advance(8000);
  t.same(count(), { '/apis/a/v1': 10 });
  t.same(a.seen, ['0 ok']);
});

t.test(
  'many group/versions behind one backend share its interval, each is asked every 30 s all the same',
  async (t) => {
    const { clock, watch, count } = newFixture(t);
    const paths = Array.from({ length: 100 }, (_, index) => `/apis/g${index}/v1`);
    for (const path of paths) watch(path);
    await clock.advance(0);
    t.equal(Object.keys(count()).length, 100, 'all at registration');
    await clock.advance(16_000);
    t.equal(Object.values(count()).length, 20, 'then one at a time');
    await clock.advance(40_000);
    const counts = count();
    t.ok(paths.every((path) => (counts[path] ?? 0) >= 1));
  },
);

t.test('a crash is noticed within one interval, a restart within a second', async (t) => {
  const { clock, transport, watch } = newFixture(t);
  const a = watch('/apis/a/v1');
  const b = watch('/apis/b/v1');
  await clock.advance(10_100);
  transport.behave = () => refused;
  await clock.advance(900);
  t.same(a.seen, ['0 ok', '10400 connect ECONNREFUSED']);
  t.same(b.seen, ['0 ok', '10400 connect ECONNREFUSED'], 'also what was not asked itself');
  await clock.advance(9_100);
  transport.behave = () => healthy;
  await clock.advance(580);
  t.equal(a.seen.at(-1), '20480 ok', 'after two good answers');
  t.equal(b.seen.at(-1), '20480 ok');
});

t.test('a black hole is noticed well within 1.5 s of falling silent', async (t) => {
  for (const fallsSilentAt of [10_401, 10_800, 11_199]) {
    const { clock, transport, watch } = newFixture(t, () => ({ ...healthy, afterMs: 3 }));
    const targets = ['/apis/a/v1', '/apis/b/v1', '/apis/c/v1'].map(watch);
    await clock.advance(fallsSilentAt);
    transport.behave = () => silent;
    await clock.advance(1250);
    for (const { seen } of targets) t.match(seen.at(-1), /http TIMEOUT/);
    transport.behave = () => healthy;
    await clock.advance(1000);
    for (const { seen } of targets) t.match(seen.at(-1), / ok/, 'and its return within a second');
  }
});

t.test('a service that never answered is told unavailable soon, and probes do not pile up', async (t) => {
  const { clock, transport, watch } = newFixture(t, () => silent);
  const a = watch('/apis/a/v1');
  await clock.advance(1250);
  t.same(a.seen, ['1250 http TIMEOUT']);
  await clock.advance(60_000);
  t.equal(a.seen.length, 1, 'the message does not change from probe to probe');
  t.ok(transport.running <= 6, String(transport.running));
});

t.test('a slow but healthy service does not flap', async (t) => {
  const delays = [1900, 2100, 700, 1500, 2000, 300];
  let turn = 0;
  const { clock, watch } = newFixture(t, () => ({ ...healthy, afterMs: delays[turn++ % delays.length] ?? 0 }));
  const a = watch('/apis/a/v1');
  await clock.advance(300_000);
  t.match(a.seen, ['1250 http TIMEOUT', / ok/], 'unavailable until its first answer');
  t.equal(a.seen.length, 2);
});

t.test('a service that needs almost five seconds is available', async (t) => {
  const { clock, watch } = newFixture(t, () => ({ ...healthy, afterMs: 4500 }));
  const a = watch('/apis/a/v1');
  await clock.advance(120_000);
  t.match(a.seen, ['1250 http TIMEOUT', / ok/]);
  t.equal(a.seen.length, 2);
});

t.test('one lost probe changes nothing when a second one succeeds', async (t) => {
  const losses: readonly Behaviour[] = [
    { failure: newFailure('http', 'CLOSED') },
    refused,
    { answer: { status: 500 } },
    { answer: { status: 200, body: 'not json' } },
    silent,
  ];
  for (const loss of losses) {
    const { clock, transport, watch } = newFixture(t);
    const a = watch('/apis/a/v1');
    await clock.advance(5500);
    let lost = 0;
    transport.behave = () => (lost++ === 0 ? loss : healthy);
    await clock.advance(3000);
    t.same(a.seen, ['0 ok']);
    t.ok(lost > 2);
  }
});

t.test('what cannot be chance is asked once', async (t) => {
  const { clock, transport, watch, count } = newFixture(t);
  const a = watch('/apis/a/v1');
  await clock.advance(5500);
  count();
  transport.behave = () => ({ failure: newFailure('content', 'BODY_TOO_LARGE') });
  await clock.advance(200);
  t.match(a.seen, ['0 ok', /content BODY_TOO_LARGE/]);
  t.same(count(), { '/apis/a/v1': 1 });
});

t.test('a group/version that fails alone does not take the others with it', async (t) => {
  for (const failure of [{ answer: { status: 503 } }, { failure: newFailure('http', 'CLOSED') }, silent] as const) {
    const { clock, transport, watch } = newFixture(t);
    const [a, b, c] = ['/apis/a/v1', '/apis/b/v1', '/apis/c/v1'].map(watch);
    await clock.advance(5500);
    transport.behave = ({ path }) => (path === '/apis/a/v1' ? failure : healthy);
    await clock.advance(30_000);
    t.equal(a?.seen.length, 2);
    t.same(b?.seen, ['0 ok']);
    t.same(c?.seen, ['0 ok']);
    transport.behave = () => healthy;
    await clock.advance(1000);
    t.match(a?.seen.at(-1), / ok/);
  }
});

t.test('what happens to one group/version is looked for at the others at once', async (t) => {
  const { clock, transport, watch } = newFixture(t);
  const targets = Array.from({ length: 40 }, (_, index) => watch(`/apis/g${index}/v1`));
  await clock.advance(5500);
  transport.behave = () => ({ answer: { status: 503 } });
  await clock.advance(1000);
  for (const { seen } of targets) t.match(seen.at(-1), /status HTTP_503/);
  await clock.advance(20_000);
  transport.behave = () => healthy;
  await clock.advance(1000);
  for (const { seen } of targets) t.match(seen.at(-1), / ok/);
});

t.test('a verdict names the step, what was seen and expected, and what to do', async (t) => {
  const cases: readonly [Behaviour, string][] = [
    [refused, 'connect https://192.0.2.1:7443: seen ECONNREFUSED; expected better. Mend it.'],
    [
      { answer: { status: 404, body: {} } },
      'status https://192.0.2.1:7443: GET /apis/a/v1 was answered with 404; expected 2xx for GET /apis/a/v1. Check that the service serves this group and version, and that the port is the right one.',
    ],
    [
      { answer: { status: 403 } },
      "status https://192.0.2.1:7443: GET /apis/a/v1 was answered with 403; expected 2xx for GET /apis/a/v1. Let the service trust the gateway's front-proxy certificate (requestheader-client-ca-file) and allow discovery to system:kube-aggregator.",
    ],
    [
      { answer: { status: 302 } },
      'status https://192.0.2.1:7443: GET /apis/a/v1 was answered with 302; expected 2xx for GET /apis/a/v1. Let the service answer itself; redirects are not followed.',
    ],
    [
      { answer: { status: 200, body: '<html>' } },
      'content https://192.0.2.1:7443: GET /apis/a/v1 was answered with something else than a JSON object; expected a JSON document of kind APIResourceList from GET /apis/a/v1. Check that the port belongs to an API server and not to another service.',
    ],
    [
      { answer: { status: 200, body: { kind: 'Pod' } } },
      'content https://192.0.2.1:7443: GET /apis/a/v1 was answered with kind "Pod"; expected a JSON document of kind APIResourceList from GET /apis/a/v1. Check that the port belongs to an API server and not to another service.',
    ],
  ];
  for (const [behaviour, message] of cases) {
    const { clock, watch } = newFixture(t, () => behaviour);
    const a = watch('/apis/a/v1');
    await clock.advance(20_000);
    t.same(a.messages, [message]);
  }
});

t.test('a step that says more than "no answer" is told', async (t) => {
  const { clock, transport, watch } = newFixture(t, () => silent);
  const a = watch('/apis/a/v1');
  await clock.advance(1500);
  transport.behave = () => ({ failure: newFailure('tls', 'TIMEOUT'), afterMs: 900 });
  await clock.advance(30_000);
  transport.behave = () => silent;
  await clock.advance(30_000);
  t.match(a.seen, ['1250 http TIMEOUT', /tls TIMEOUT/]);
  t.equal(a.seen.length, 2);
});

t.test('the first failed request brings the news, and the next probe the recovery', async (t) => {
  const { clock, transport, prober, watch } = newFixture(t);
  const a = watch('/apis/a/v1');
  await clock.advance(5500);
  transport.behave = () => refused;
  prober.reportFailure(newFailure('connect', 'ECONNREFUSED'));
  t.same(a.seen, ['0 ok', '5500 connect ECONNREFUSED'], 'at once');
  transport.behave = () => healthy;
  prober.reportFailure(newFailure('connect', 'ECONNREFUSED'));
  await clock.advance(600);
  t.match(a.seen.at(-1), /ok/);
});

t.test('a handshake that broke off once is looked into, and not believed', async (t) => {
  for (const code of ['ECONNRESET', 'TIMEOUT', 'EPIPE']) {
    const { clock, prober, watch } = newFixture(t);
    const a = watch('/apis/a/v1');
    await clock.advance(5500);
    prober.reportFailure(newFailure('tls', code));
    await clock.advance(5000);
    t.same(a.seen, ['0 ok'], code);
  }
});

t.test('what falls again and again has to prove more before it is available, and never waits a second', async (t) => {
  const { clock, transport, watch, prober } = newFixture(t);
  const a = watch('/apis/a/v1');
  await clock.advance(5500);
  t.equal(prober.lastSuccess, Date.UTC(2026, 0, 1) + 4800);
  const rises: number[] = [];
  for (let round = 0; round < 6; round++) {
    transport.behave = () => refused;
    await clock.advance(3000);
    transport.requests.length = 0;
    transport.behave = () => healthy;
    await clock.advance(1000);
    t.match(a.seen.at(-1), / ok/);
    rises.push(transport.requests.length);
  }
  t.ok((rises[5] ?? 0) > (rises[0] ?? 0), rises.join());
  await clock.advance(60_000);
  transport.behave = () => refused;
  await clock.advance(3000);
  transport.behave = () => healthy;
  transport.requests.length = 0;
  await clock.advance(700);
  t.match(a.seen.at(-1), / ok/, 'after a quiet time two are enough');
});

t.test('one good answer among bad ones raises nobody', async (t) => {
  const { clock, transport, watch } = newFixture(t);
  const a = watch('/apis/a/v1');
  await clock.advance(5500);
  let turn = 0;
  transport.behave = () => (turn++ % 2 === 1 ? healthy : { answer: { status: 503 } });
  await clock.advance(500);
  transport.behave = () => ({ answer: { status: 503 } });
  await clock.advance(2000);
  transport.behave = () => (turn++ % 2 === 0 ? healthy : { answer: { status: 503 } });
  turn = 0;
  await clock.advance(20_000);
  t.match(a.seen, ['0 ok', /HTTP_503/]);
  t.equal(a.seen.length, 2);
});

t.test('a failed request of a healthy backend is checked at once and proves nothing by itself', async (t) => {
  const { clock, prober, watch, count } = newFixture(t);
  const a = watch('/apis/a/v1');
  await clock.advance(5500);
  count();
  for (let index = 0; index < 1000; index++) prober.reportFailure(newFailure('http', 'CLOSED'));
  await clock.advance(0);
  t.same(count(), { '/apis/a/v1': 1 });
  prober.reportFailure(newFailure('connect', 'EMFILE'));
  prober.reportFailure(newFailure('connect', 'GATEWAY_CLOSING'));
  await clock.advance(0);
  t.same(count(), {}, 'faults of our own say nothing about the backend');
  t.same(a.seen, ['0 ok']);
});

t.test('a backend that refuses every other connection is not asked without a pause', async (t) => {
  let turn = 0;
  const { clock, watch, count } = newFixture(t, () => (turn++ % 2 === 0 ? refused : healthy));
  for (let index = 0; index < 20; index++) watch(`/apis/g${index}/v1`);
  await clock.advance(10_000);
  const total = Object.values(count()).reduce((sum, each) => sum + each, 0);
  t.ok(total < 20 * 10 * 3, String(total));
});

t.test('nothing is left after the end, and no verdict comes later', async (t) => {
  const { clock, transport, prober, watch } = newFixture(t, () => silent);
  const a = watch('/apis/a/v1');
  const b = watch('/apis/b/v1');
  await clock.advance(100);
  a.unwatch();
  prober.close();
  await clock.advance(60_000);
  t.equal(clock.pendingTimers(), 0);
  t.equal(transport.running, 0);
  t.same([...a.seen, ...b.seen], []);
});
