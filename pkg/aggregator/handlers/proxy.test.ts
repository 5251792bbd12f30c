import t from 'tap';
import type { Status } from '../../../apis/meta/v1/types.ts';
import { isStatusError } from '../../apimachinery/errors/status-error.ts';
import { parseRequestInfo } from '../../apiserver/endpoints/request-info.ts';
import type { RequestContext, Upgrade } from '../../apiserver/request-context.ts';
import { anonymousUser } from '../../apiserver/user-info.ts';
import { newFakeClock } from '../../testing/fake-clock.ts';
import type { Exchange } from '../interface.ts';
import type { Outcome, RoundTripOptions, Transport, UpgradeRequest } from '../proxy/interface.ts';
import type { APIServiceSnapshot } from '../snapshot.ts';
import { fakeSettings, newFailure, newFakeTransport } from '../testing/fake-transport.ts';
import { newBalancer } from './balancer.ts';
import { newProxyDelegate, type ProxyDelegateOptions } from './proxy.ts';

const outcome: Outcome = { kind: 'completed', status: 200 };
const service = { namespace: 'ns', name: 'svc', port: 443 };

/** What happened: requests that reached a transport, with their limits, and how the aggregator heard of it. */
interface Seen {
  readonly roundTrips: { readonly transport: Transport; readonly options: RoundTripOptions }[];
  readonly upgrades: UpgradeRequest[];
  readonly reports: Exchange[];
}

function newTransport(seen: Seen, result: Outcome = outcome): Transport {
  const transport: Transport = {
    ...newFakeTransport(newFakeClock()),
    roundTrip: async (_, options) => {
      seen.roundTrips.push({ transport, options });
      return result;
    },
    upgrade: async (_, upgrade) => {
      seen.upgrades.push(upgrade);
      return outcome;
    },
  };
  return transport;
}

function newSnapshot(differences: Partial<APIServiceSnapshot>): APIServiceSnapshot {
  return {
    name: 'v1.a.example',
    group: 'a.example',
    version: 'v1',
    groupPriorityMinimum: 1,
    versionPriority: 1,
    service,
    addresses: [],
    transports: [],
    availability: { status: 'True', reason: 'Passed', message: '', since: '2026-01-01T00:00:00Z' },
    ...differences,
  };
}

/** Hands a request to the delegate; whether it took it. */
type Serve = (target: string, upgrade?: Upgrade) => Promise<boolean>;

type Differences = Pick<ProxyDelegateOptions, 'random' | 'requestTimeoutMs'>;

function newServe(snapshots: readonly APIServiceSnapshot[], seen: Seen, differences: Differences = {}): Serve {
  const delegate = newProxyDelegate({
    aggregator: {
      lookup: ({ group, version }) => snapshots.find((each) => each.group === group && each.version === version),
      reportOutcome: (exchange) => void seen.reports.push(exchange),
      subscribe: () => () => undefined,
    },
    ...differences,
  });
  return async (target, upgrade) => {
    const context = newContext(target, upgrade);
    const handler = delegate(context);
    await handler?.(context);
    return handler !== undefined;
  };
}

function newSeen(): Seen {
  return { roundTrips: [], upgrades: [], reports: [] };
}

function newContext(target: string, upgrade: Upgrade | undefined): RequestContext {
  const method = 'GET';
  const [path = '', search = ''] = target.split('?', 2);
  const query = new URLSearchParams(search);
  const info = parseRequestInfo({ method, path, query });
  const request = {} as RequestContext['request'];
  const response = {} as RequestContext['response'];
  const { signal } = new AbortController();
  const abort = (): void => undefined;
  const facts = { method, target, path, query, receivedAt: 0, auditID: '', signal, abort, info, user: anonymousUser };
  return { request, response, ...facts, warnings: [], ...(upgrade && { upgrade }) };
}

async function statusOf(work: Promise<unknown>): Promise<Status> {
  try {
    await work;
  } catch (error) {
    if (isStatusError(error)) return error.status;
    throw error;
  }
  throw new Error('nothing was thrown');
}

t.test('requests of an aggregated group/version go to its service, others to the delegate', async (t) => {
  const seen = newSeen();
  const local = newSnapshot({ group: 'local.example', service: undefined });
  const core = newSnapshot({ group: '', version: 'v9', transports: [newTransport(seen)] });
  const serve = newServe([newSnapshot({ transports: [newTransport(seen)] }), local, core], seen);
  const remote = [
    '/apis/a.example/v1',
    '/apis/a.example/v1/',
    '/apis/a.example/v1/things',
    '/apis/a.example/v1/namespaces/n/things/x/y/z',
    '//apis/a%2Eexample/v1/things',
    '/api/v9/pods',
  ];
  for (const target of remote) t.equal(await serve(target), true, target);
  t.equal(seen.roundTrips.length, remote.length);
  t.equal(seen.reports.length, remote.length);
  const others = [
    '/',
    '/apis',
    '/apis/a.example',
    '/apis/a.example/v2',
    '/apis/a.example/v2/things',
    '/apis/local.example/v1/things',
    '/api/v1/pods',
    '/healthz',
    '/apis/%ff/v1',
    '/xapis/a.example/v1',
  ];
  for (const target of others) t.equal(await serve(target), false, target);
  t.equal(seen.roundTrips.length, remote.length);
});

t.test('discovery has a short limit, ordinary requests a longer one, watches and streams none', async (t) => {
  const limits: readonly [string, number | undefined][] = [
    ['/apis/a.example/v1', 5000],
    ['/apis/a.example/v1/', 5000],
    ['/apis/a.example/v1/things', 60_000],
    ['/apis/a.example/v1/namespaces/n/things/x', 60_000],
    ['/apis/a.example/v1/things?watch=0', 60_000],
    ['/apis/a.example/v1/things?watch=false', 60_000],
    ['/apis/a.example/v1/things?watch=true', undefined],
    ['/apis/a.example/v1/things?watch=1', undefined],
    ['/apis/a.example/v1/things/x?watch=true', 60_000],
    ['/apis/a.example/v1/watch/things', undefined],
    ['/apis/a.example/v1/namespaces/n/things/x/log', undefined],
    ['/apis/a.example/v1/namespaces/n/things/x/exec', undefined],
    ['/apis/a.example/v1/namespaces/n/things/x/attach', undefined],
    ['/apis/a.example/v1/namespaces/n/things/x/portforward', undefined],
    ['/apis/a.example/v1/namespaces/n/things/x/proxy/a/b', undefined],
    ['/apis/a.example/v1/namespaces/n/things/x/anything?follow=true', undefined],
    ['/apis/a.example/v1/namespaces/n/things/x/status', 60_000],
  ];
  for (const [target, timeoutMs] of limits) {
    const seen = newSeen();
    await newServe([newSnapshot({ transports: [newTransport(seen)] })], seen)(target);
    t.same(seen.roundTrips[0]?.options, timeoutMs === undefined ? {} : { timeoutMs }, target);
  }
  for (const [requestTimeoutMs, discovery, ordinary] of [
    [90_000, 5000, 90_000],
    [2000, 2000, 2000],
  ] as const) {
    const seen = newSeen();
    const snapshots = [newSnapshot({ transports: [newTransport(seen)] })];
    const serve = newServe(snapshots, seen, { requestTimeoutMs });
    for (const path of ['', '/things', '/things?watch=1']) await serve(`/apis/a.example/v1${path}`);
    const given = seen.roundTrips.map(({ options: { timeoutMs } }) => timeoutMs);
    t.same(given, [discovery, ordinary, undefined], '--request-timeout');
  }
});

t.test('an unavailable service is told by name, cause and time, without Retry-After', async (t) => {
  const seen = newSeen();
  const message = 'connect https://127.0.0.1:7443: nothing listens on 127.0.0.1:7443; expected a service. Start it.';
  const availability = {
    status: 'False',
    reason: 'FailedDiscoveryCheck',
    message,
    since: '2026-01-02T03:04:05Z',
  } as const;
  const serve = newServe([newSnapshot({ availability })], seen);
  const expected = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `APIService v1.a.example is unavailable since 2026-01-02T03:04:05Z (FailedDiscoveryCheck): ${message}`,
    reason: 'ServiceUnavailable',
    code: 503,
  };
  t.same(await statusOf(serve('/apis/a.example/v1/things')), expected);
  const takeSocket = (): never => t.fail('the socket still has to carry the answer') as never;
  t.same(await statusOf(serve('/apis/a.example/v1/things', { takeSocket })), expected);
  t.same(seen, newSeen());
});

t.test('a service that was not probed yet is tried', async (t) => {
  const seen = newSeen();
  const availability = { status: 'Unknown', reason: 'NotProbed', message: '', since: '' } as const;
  const serve = newServe([newSnapshot({ availability, transports: [newTransport(seen)] })], seen);
  await serve('/apis/a.example/v1/things');
  t.equal(seen.roundTrips.length, 1);
});

t.test('of two addresses drawn at random, the one with fewer requests under way gets the next', async (t) => {
  const transports = ['a', 'b', 'c'].map((host) => newFakeTransport(newFakeClock(), { ...fakeSettings, host }));
  const [a, b, c] = transports;
  let state = 1;
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const balancer = newBalancer({ random, clock: newFakeClock() });
  const counts = new Map<Transport, number>();
  for (let index = 0; index < 900; index++) {
    const taken = balancer.take(transports, new Set());
    if (taken === undefined) throw new Error('nobody was taken');
    counts.set(taken, (counts.get(taken) ?? 0) + 1);
    // The first one never ends a request.
    if (taken !== a) balancer.done(taken);
  }
  const of = (transport: Transport | undefined): number => counts.get(transport as Transport) ?? 0;
  t.equal(of(a), 1, 'whoever is slow gets nothing while somebody else is idle');
  t.ok(of(b) > 350 && of(c) > 350, `${of(b)} ${of(c)}`);
  t.equal(balancer.take(transports, new Set(transports.slice(0, 2))), c, 'who was tried is left out');
  t.equal(balancer.take(transports, new Set(transports)), undefined);
  t.equal(balancer.take([], new Set()), undefined);
});

t.test('an address that comes later begins slowly, whatever the others have to do', async (t) => {
  const transports = ['old', 'new'].map((host) => newFakeTransport(newFakeClock(), { ...fakeSettings, host }));
  const [old, young] = transports;
  if (old === undefined || young === undefined) throw new Error('no transports');
  const clock = newFakeClock();
  let state = 7;
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const balancer = newBalancer({ random, clock });
  balancer.observe({ name: 'x', previous: undefined, current: newSnapshot({ transports: [old] }) });
  balancer.observe({
    name: 'x',
    previous: newSnapshot({ transports: [old] }),
    current: newSnapshot({ transports }),
  });
  for (let index = 0; index < 100; index++) balancer.take([old], new Set());
  const shareOfYoung = (): number => {
    let count = 0;
    for (let index = 0; index < 500; index++) {
      const taken = balancer.take(transports, new Set());
      if (taken === young) count++;
      if (taken !== undefined) balancer.done(taken);
    }
    return count / 500;
  };
  t.ok(shareOfYoung() < 0.2, 'at first');
  await clock.advance(5000);
  const half = shareOfYoung();
  t.ok(half > 0.35 && half < 0.65, String(half));
  await clock.advance(5000);
  t.equal(shareOfYoung(), 1, 'then it is idle and gets everything');
});

t.test('what provably was not sent goes to another address, to three at most', async (t) => {
  const seen = newSeen();
  const failure = newFailure('connect', 'ECONNREFUSED');
  const newDead = (): Transport => {
    const dead: Transport = {
      ...newFakeTransport(newFakeClock()),
      roundTrip: async (_, options) => {
        seen.roundTrips.push({ transport: dead, options });
        if (options.handBack === true) return { kind: 'not-sent', status: 0, failure };
        return { kind: 'backend-failed', status: 503, failure };
      },
    };
    return dead;
  };
  const live = newTransport(seen);
  const serve = newServe([newSnapshot({ transports: [newDead(), live] })], seen, { random: () => 0 });
  for (let index = 0; index < 4; index++) await serve('/apis/a.example/v1/things');
  t.equal(seen.roundTrips.filter(({ transport }) => transport === live).length, 4);
  t.same(seen.reports.filter(({ transport }) => transport === live).length, 4);
  t.ok(
    seen.reports.some(({ outcome: { kind } }) => kind === 'not-sent'),
    'and the failure is told',
  );

  const hopeless = newSeen();
  seen.roundTrips.length = 0;
  await newServe(
    [newSnapshot({ transports: [newDead(), newDead(), newDead(), newDead()] })],
    hopeless,
  )('/apis/a.example/v1/things');
  t.same(
    seen.roundTrips.map(({ options }) => options.handBack ?? false),
    [true, true, false],
    'the last one answers',
  );
  t.ok(seen.roundTrips.every(({ options: { timeoutMs = 0 } }) => timeoutMs > 59_000 && timeoutMs <= 60_000));
});

t.test('where every usable address fails, the others are tried before a client is told', async (t) => {
  const seen = newSeen();
  const dead = newTransport(seen, { kind: 'not-sent', status: 0, failure: newFailure('connect', 'ECONNREFUSED') });
  const risen = newTransport(seen);
  const order = (): readonly string[] =>
    seen.roundTrips.splice(0).map(({ transport }) => (transport === dead ? 'dead' : 'risen'));
  await newServe([newSnapshot({ transports: [dead], lastResorts: [risen] })], seen)('/apis/a.example/v1/things');
  t.same(order(), ['dead', 'risen']);
  await newServe([newSnapshot({ transports: [], lastResorts: [risen] })], seen)('/apis/a.example/v1/things');
  t.same(order(), ['risen'], 'also where none is usable');
  await newServe([newSnapshot({ transports: [risen], lastResorts: [dead] })], seen)('/apis/a.example/v1/things');
  t.same(order(), ['risen'], 'and not otherwise');
});

t.test('an address that has to prove itself gets trials, and what comes of them is told', async (t) => {
  const seen = newSeen();
  const [well, tried] = [newTransport(seen), newTransport(seen)];
  let left = 0;
  const begun: boolean[] = [];
  const begin = (limited: boolean) => {
    if (left-- <= 0) return undefined;
    begun.push(limited);
    return { limited };
  };
  const trials = [{ transport: tried, begin }];
  const serve = newServe([newSnapshot({ transports: [well], trials })], seen);
  left = 1;
  await serve('/apis/a.example/v1/things');
  await serve('/apis/a.example/v1/things');
  t.same(
    seen.reports.map(({ transport, trial }) => [transport === tried, trial !== undefined]),
    [
      [true, true],
      [false, false],
    ],
  );
  t.equal(seen.roundTrips[0]?.options.handBack, true, 'somebody else can answer');
  left = 1;
  await serve('/apis/a.example/v1/namespaces/n/things/x/exec', {
    takeSocket: () => ({ socket: {}, head: Buffer.alloc(0) }) as UpgradeRequest,
  });
  t.same(begun, [true], 'what cannot be sent again goes where it is safe');

  const alone = newServe([newSnapshot({ trials })], seen);
  await alone('/apis/a.example/v1/things?watch=1');
  t.same(begun, [true, false]);
  t.notOk(seen.roundTrips.at(-1)?.options.handBack);
  await t.rejects(alone('/apis/a.example/v1/things'), /is unavailable since/);
});

t.test('what a trial could not send goes to an address that is well', async (t) => {
  const seen = newSeen();
  const failure = newFailure('connect', 'ECONNREFUSED');
  const dead: Transport = {
    ...newFakeTransport(newFakeClock()),
    roundTrip: async () => ({ kind: 'not-sent', status: 0, failure }),
  };
  const well = newTransport(seen);
  const trials = [{ transport: dead, begin: (limited: boolean) => ({ limited }) }];
  await newServe([newSnapshot({ transports: [well], trials })], seen)('/apis/a.example/v1/things');
  t.match(seen.reports, [
    { transport: dead, trial: { limited: true }, outcome: { kind: 'not-sent' } },
    { transport: well, trial: undefined, outcome },
  ]);
});

t.test('a client that gives a service no time cannot bring it into disrepute', async (t) => {
  for (const [query, kind] of [
    ['timeout=10ms', 'client-left'],
    ['timeout=4.9s', 'client-left'],
    ['timeout=5s', 'backend-failed'],
    ['timeout=0', 'backend-failed'],
    ['timeout=soon', 'backend-failed'],
    ['', 'backend-failed'],
  ] as const) {
    const seen = newSeen();
    const late: Outcome = { kind: 'backend-failed', status: 504, failure: newFailure('http', 'TIMEOUT') };
    const serve = newServe([newSnapshot({ transports: [newTransport(seen, late)] })], seen);
    await serve(`/apis/a.example/v1/things?${query}`);
    t.same(
      seen.reports.map((report) => [report.outcome.kind, report.outcome.status]),
      [[kind, 504]],
      query,
    );
  }
  const seen = newSeen();
  const gone: Outcome = { kind: 'backend-failed', status: 503, failure: newFailure('http', 'CLOSED') };
  await newServe([newSnapshot({ transports: [newTransport(seen, gone)] })], seen)('/apis/a.example/v1/x?timeout=1ms');
  t.equal(seen.reports[0]?.outcome.kind, 'backend-failed', 'what else goes wrong counts');
});

t.test('upgrades go the same way, and how they end is reported', async (t) => {
  const seen = newSeen();
  const snapshot = newSnapshot({ transports: [newTransport(seen)] });
  const serve = newServe([snapshot], seen);
  const client = { socket: {}, head: Buffer.alloc(0) } as UpgradeRequest;
  await serve('/apis/a.example/v1/namespaces/n/things/x/exec', { takeSocket: () => client });
  t.same(seen.upgrades[0], client);
  t.match(seen.reports, [{ snapshot, outcome }]);
});
