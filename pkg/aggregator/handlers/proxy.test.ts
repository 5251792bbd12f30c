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
import { newFakeTransport } from '../testing/fake-transport.ts';
import { newProxyDelegate } from './proxy.ts';

const outcome: Outcome = { kind: 'completed', status: 200 };
const service = { namespace: 'ns', name: 'svc', port: 443 };

/** What happened: requests that reached a transport, with their limits, and how the aggregator heard of it. */
interface Seen {
  readonly roundTrips: { readonly transport: Transport; readonly options: RoundTripOptions }[];
  readonly upgrades: UpgradeRequest[];
  readonly reports: Exchange[];
}

function newTransport(seen: Seen): Transport {
  const transport: Transport = {
    ...newFakeTransport(newFakeClock()),
    roundTrip: async (_, options) => {
      seen.roundTrips.push({ transport, options });
      return outcome;
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

function newServe(snapshots: readonly APIServiceSnapshot[], seen: Seen, random?: () => number): Serve {
  const delegate = newProxyDelegate({
    aggregator: {
      lookup: ({ group, version }) => snapshots.find((each) => each.group === group && each.version === version),
      reportOutcome: (exchange) => void seen.reports.push(exchange),
    },
    ...(random && { random }),
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

t.test('several addresses get the requests in turn, those of each service apart', async (t) => {
  const seen = newSeen();
  const transports = [newTransport(seen), newTransport(seen), newTransport(seen)];
  const others = transports.slice(0, 2);
  const snapshots = [newSnapshot({ transports }), newSnapshot({ group: 'b.example', transports: others })];
  const serve = newServe(snapshots, seen, () => 0.7);
  for (let index = 0; index < 4; index++) {
    await serve('/apis/a.example/v1/things');
    await serve('/apis/b.example/v1/things');
  }
  const order = seen.roundTrips.map(({ transport }) => transports.indexOf(transport));
  t.same(
    order.filter((_, index) => index % 2 === 0),
    [2, 0, 1, 2],
  );
  t.same(
    order.filter((_, index) => index % 2 === 1),
    [1, 0, 1, 0],
  );
});

t.test('upgrades go the same way, and how they end is reported', async (t) => {
  const seen = newSeen();
  const snapshot = newSnapshot({ transports: [newTransport(seen)] });
  const serve = newServe([snapshot], seen);
  const client = { socket: {}, head: Buffer.alloc(0) } as UpgradeRequest;
  await serve('/apis/a.example/v1/namespaces/n/things/x/exec', { takeSocket: () => client });
  t.equal(seen.upgrades[0], client);
  t.match(seen.reports, [{ snapshot, outcome }]);
});
