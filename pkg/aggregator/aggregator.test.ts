import t, { type Test } from 'tap';
import type { APIService } from '../../apis/apiregistration/v1/api-service-schema.ts';
import { newConflict } from '../apimachinery/errors/constructors.ts';
import { cloneJSON } from '../apimachinery/runtime/json.ts';
import { anonymousUser } from '../apiserver/user-info.ts';
import { type FakeClock, newFakeClock } from '../testing/fake-clock.ts';
import { newTestAuthority } from '../testing/pki.ts';
import { newRecordingLogger } from '../testing/recording-logger.ts';
import { toAvailability, toFailed, toFinding } from './availability/availability.ts';
import type { Trial } from './availability/trials.ts';
import type { Outcome, TransportSettings } from './proxy/interface.ts';
import {
  type AggregatorFixture,
  type AggregatorFixtureOptions,
  changeSpec,
  deleteObject,
  putExternalName,
  startAggregator,
} from './testing/aggregator-fixture.ts';
import { newService, newSlice } from './testing/service-feeds.ts';
import { type FakeTransport, healthy, newFailure, newFakeTransport, refused } from './testing/fake-transport.ts';

interface Fixture extends AggregatorFixture {
  readonly clock: FakeClock;
  /** In the order in which they were made. */
  readonly transports: readonly FakeTransport[];
  /** The one that is open now for a host. */
  readonly at: (host: string) => FakeTransport;
}

async function start(t: Test, options: Partial<AggregatorFixtureOptions> = {}): Promise<Fixture> {
  const clock = newFakeClock();
  const transports: FakeTransport[] = [];
  const newTransport = (settings: TransportSettings): FakeTransport => {
    const transport = newFakeTransport(clock, settings);
    transports.push(transport);
    return transport;
  };
  const fixture = await startAggregator({ newTransport, clock, random: () => 0, ...options });
  t.teardown(() => fixture.stop());
  await clock.advance(0);
  const at = (host: string): FakeTransport => {
    const found = transports.findLast(({ settings, closed }) => settings.host === host && closed === 'no');
    if (found === undefined) throw new Error(`no transport to ${host}`);
    return found;
  };
  return Object.assign(fixture, { clock, transports, at });
}

const gv = { group: 'a.example', version: 'v1' };
const name = 'v1.a.example';

t.test(
  'a registered service is there within the event, tried before the first probe and available after it',
  async (t) => {
    const { aggregator, clock, register, condition, statusWrites } = await start(t);
    const seen: string[] = [];
    aggregator.subscribe(({ current }) => seen.push(`${current?.availability.status} ${current?.transports.length}`));
    await register({ name, host: 'a.test', port: 7443 });
    await clock.advance(0);
    t.same(seen, ['Unknown 1', 'True 1']);
    t.match(aggregator.lookup(gv), {
      name,
      ...gv,
      service: { namespace: 'ns', name: 'svc', port: 7443 },
      addresses: ['https://a.test:7443'],
    });
    t.equal(await condition(name), 'True Passed');
    await clock.advance(300_000);
    t.same(statusWrites, [name, name], 'the status is written once for the probe, and once for all documents');
    t.same(aggregator.describe(), [
      {
        name,
        state: 'Available',
        addresses: ['https://a.test:7443'],
        since: '2026-01-01T00:00:00Z',
        reason: 'Passed',
        message: 'all checks passed',
        health: {
          state: 'available',
          since: '2026-01-01T00:00:00Z',
          addresses: [{ address: 'https://a.test:7443', state: 'available', since: '2026-01-01T00:00:00Z' }],
        },
        documents: {
          discovery: {
            freshness: 'Current',
            resources: 0,
            hash: 'C0FCC87400623BCC',
            lastRead: '2026-01-01T00:05:00Z',
            tookMs: 0,
          },
          openapi: { lastRead: '2026-01-01T00:05:00Z' },
        },
      },
    ]);
  },
);

t.test('a missing ExternalName is told by its name, and filled in later', async (t) => {
  const { aggregator, externalNames, clock, register, condition } = await start(t);
  await register({ name, port: 7443 });
  await clock.advance(0);
  t.equal(await condition(name), 'False ServiceNotFound');
  const snapshot = aggregator.lookup(gv);
  t.same(snapshot?.transports, []);
  t.equal(
    snapshot?.availability.message,
    'service/svc in "ns" is not present: there is neither an ExternalName nor a Service "svc" in namespace "ns"; create an ExternalName whose spec.host says where the service runs',
  );
  await putExternalName(externalNames, 'svc', 'a.test');
  await clock.advance(0);
  t.equal(await condition(name), 'True Passed');
  await deleteObject(externalNames, 'svc');
  await clock.advance(0);
  t.equal(await condition(name), 'False ServiceNotFound');
});

t.test('equal settings share a transport; it is closed when the last APIService has left it', async (t) => {
  const { aggregator, externalNames, apiServices, clock, register, transports } = await start(t);
  await register({ name, host: 'a.test', port: 7443 });
  await register({ name: 'v1.b.example', port: 7443 });
  await register({ name: 'v1.c.example', port: 7444 });
  await clock.advance(0);
  t.same(
    transports.map(({ settings }) => settings.port),
    [7443, 7444],
  );
  t.equal(aggregator.lookup(gv)?.transports[0], transports[0]);

  await putExternalName(externalNames, 'svc', 'other.test');
  await clock.advance(0);
  t.same(
    transports.map(({ settings: { host, port }, closed }) => `${host}:${port} ${closed}`),
    ['a.test:7443 closed', 'a.test:7444 closed', 'other.test:7443 no', 'other.test:7444 no'],
  );
  await deleteObject(apiServices, name);
  await clock.advance(0);
  t.equal(aggregator.lookup(gv), undefined);
  t.equal(transports[2]?.closed, 'no', 'somebody else is served there');
  await deleteObject(apiServices, 'v1.b.example');
  await clock.advance(0);
  t.equal(transports[2]?.closed, 'closed');
  t.match(aggregator.list(), [{ name: 'v1.c.example', addresses: ['https://other.test:7444'] }]);
});

t.test('a new address is used at once, without a moment of unavailability', async (t) => {
  const { aggregator, externalNames, clock, register, at } = await start(t);
  await register({ name, host: 'a.test', port: 7443 });
  await clock.advance(0);
  const statuses: string[] = [];
  aggregator.subscribe(({ current }) => statuses.push(`${current?.addresses[0]} ${current?.availability.status}`));
  await putExternalName(externalNames, 'svc', 'b.test');
  await clock.advance(0);
  t.same(new Set(statuses), new Set(['https://b.test:7443 True']));
  at('b.test').behave = () => refused;
  await clock.advance(1000);
  t.equal(statuses.at(-1), 'https://b.test:7443 False');
});

t.test("a service is trusted by its own bundle or by the gateway's authority, and bad bundles are told", async (t) => {
  const [own, gateway, next] = await Promise.all([newTestAuthority(), newTestAuthority(), newTestAuthority()]);
  const credentials = { gatewayCA: gateway.caPEM };
  const { aggregator, clock, register, condition, transports } = await start(t, { credentials });
  const caBundle = Buffer.from(own.caPEM).toString('base64');
  await register({ name, host: 'a.test', port: 1, spec: { caBundle } });
  await register({ name: 'v1.b.example', port: 2 });
  await register({ name: 'v1.c.example', port: 3, spec: { insecureSkipTLSVerify: true } });
  await register({ name: 'v1.d.example', port: 4, spec: { caBundle: 'Zm9v' } });
  await clock.advance(0);
  const trust = transports.map(({ settings: { ca, insecureSkipTLSVerify } }) => [
    ca === own.caPEM,
    ca === gateway.caPEM,
    insecureSkipTLSVerify,
  ]);
  t.same(trust, [
    [true, false, false],
    [false, true, false],
    [false, true, true],
  ]);
  t.same(transports[0]?.settings.serverNames, ['svc.ns.svc', 'a.test']);
  t.equal(await condition('v1.d.example'), 'False FailedDiscoveryCheck');
  const broken = aggregator.lookup({ group: 'd.example', version: 'v1' });
  t.same(broken?.transports, []);
  t.match(
    broken?.availability.message,
    /^spec.caBundle cannot be used: the PEM text contains no certificate; expected one or more PEM/,
  );

  aggregator.setCredentials({ gatewayCA: next.caPEM });
  t.equal(transports[0]?.closed, 'no', 'its own bundle has not changed');
  t.equal(transports[1]?.closed, 'closed');
  t.equal(transports[3]?.settings.ca, next.caPEM);
  t.equal(aggregator.lookup({ group: 'b.example', version: 'v1' })?.availability.status, 'True');
  aggregator.setCredentials({ gatewayCA: next.caPEM, clientCertificate: { cert: 'c', key: 'k' } });
  t.ok(
    transports.slice(0, 5).every(({ closed }) => closed === 'closed'),
    'everybody sees the new client certificate',
  );
});

t.test('a failure of newTransport is an unavailable service, not a crash', async (t) => {
  const newTransport = (): never => {
    throw new Error('key values mismatch');
  };
  const { aggregator, clock, register, condition } = await start(t, { newTransport });
  await register({ name, host: 'a.test', port: 1 });
  await clock.advance(0);
  t.equal(await condition(name), 'False FailedDiscoveryCheck');
  t.match(
    aggregator.lookup(gv)?.availability.message,
    'no connection to the service can be set up: key values mismatch',
  );
});

t.test('a failed request makes the next ones fail at once, and its end is found by a probe', async (t) => {
  const { aggregator, clock, register, at, condition } = await start(t);
  await register({ name, host: 'a.test', port: 7443 });
  await clock.advance(0);
  const transport = at('a.test');
  transport.behave = () => refused;
  const snapshot = aggregator.lookup(gv);
  if (snapshot === undefined) throw new Error('no snapshot');
  const failure = newFailure('connect', 'ECONNREFUSED');
  aggregator.reportOutcome({ snapshot, transport, outcome: { kind: 'completed', status: 200 } });
  t.equal(aggregator.lookup(gv)?.availability.status, 'True');
  aggregator.reportOutcome({ snapshot, transport, outcome: { kind: 'backend-failed', status: 503, failure } });
  t.match(aggregator.lookup(gv), { transports: [], availability: { status: 'False', reason: 'FailedDiscoveryCheck' } });
  await clock.advance(10);
  t.equal(await condition(name), 'False FailedDiscoveryCheck');
  transport.behave = () => ({ answer: { status: 200, body: { kind: 'APIResourceList' } } });
  await clock.advance(1000);
  t.equal(await condition(name), 'True Passed');
});

t.test('a service whose requests get no answer is refused although its probes pass, until trials do', async (t) => {
  const { aggregator, clock, register, at, condition, apiServices } = await start(t);
  await register({ name, host: 'a.test', port: 7443 });
  await clock.advance(0);
  const transport = at('a.test');
  const failure = newFailure('http', 'TIMEOUT');
  const report = (outcome: Outcome, trial?: Trial): void => {
    const snapshot = aggregator.lookup(gv);
    if (snapshot !== undefined) aggregator.reportOutcome({ snapshot, transport, outcome, trial });
  };
  for (let index = 0; index < 5; index++) {
    report({ kind: 'backend-failed', status: 504, failure });
    t.equal(aggregator.lookup(gv)?.transports.length, index < 4 ? 1 : 0);
    await clock.advance(300);
  }
  t.equal(await condition(name), 'False FailedDiscoveryCheck');
  t.match(aggregator.lookup(gv)?.availability.message, /seen TIMEOUT; expected better\. Mend it\. Probes pass and/);
  t.match(aggregator.describe()[0]?.health, { state: 'unavailable', addresses: [{ breaker: 'open' }] });
  await clock.advance(10_000);
  const ways = aggregator.lookup(gv)?.trials ?? [];
  t.equal(ways.length, 1);
  t.equal(await condition(name), 'False FailedDiscoveryCheck');
  for (let index = 0; index < 5; index++) report({ kind: 'completed', status: 200 }, ways[0]?.begin(true));
  t.match(aggregator.lookup(gv), { transports: [transport], trials: undefined });
  await clock.advance(10);
  t.equal(await condition(name), 'True Passed');
  const { status } = await apiServices.get({ namespace: '', name });
  t.match(
    status?.conditions?.find(({ type }) => type === 'tributary.Healthy'),
    { status: 'True' },
  );
});

t.test('a service that is restarted while it is refused is there at once', async (t) => {
  const { aggregator, clock, register, at } = await start(t);
  await register({ name, host: 'a.test', port: 7443 });
  await clock.advance(0);
  const transport = at('a.test');
  const outcome = { kind: 'backend-failed', status: 503, failure: newFailure('http', 'CLOSED') } as const;
  for (let index = 0; index < 6; index++) {
    const snapshot = aggregator.lookup(gv);
    if (snapshot !== undefined) aggregator.reportOutcome({ snapshot, transport, outcome });
    await clock.advance(250);
  }
  t.equal(aggregator.lookup(gv)?.availability.status, 'False');
  transport.behave = () => refused;
  await clock.advance(2000);
  transport.behave = () => healthy;
  await clock.advance(1000);
  t.match(aggregator.lookup(gv), { transports: [transport], availability: { status: 'True' } });
});

t.test(
  'other conditions are kept, and the own one is restored: at once when lost, later when overwritten',
  async (t) => {
    const { apiServices, clock, register, condition } = await start(t);
    await register({ name, host: 'a.test', port: 7443 });
    await clock.advance(0);
    const tamper = (conditions: NonNullable<NonNullable<APIService['status']>['conditions']>) =>
      apiServices.update(
        {
          namespace: '',
          name,
          subresource: 'status',
          transform: (old) => ({ ...cloneJSON(old), status: { conditions } }),
        },
        { user: anonymousUser, dryRun: false, warn: () => undefined },
      );
    await tamper([{ type: 'Custom', status: 'True' }]);
    await clock.advance(0);
    const { status } = await apiServices.get({ namespace: '', name });
    t.match(status?.conditions, [
      { type: 'Custom', status: 'True' },
      { type: 'Available', status: 'True', reason: 'Passed' },
    ]);
    await tamper([{ type: 'Available', status: 'False', reason: 'Other' }]);
    await clock.advance(9_000);
    t.equal(await condition(name), 'False Other', 'another gateway may see it so');
    await clock.advance(2_000);
    t.equal(await condition(name), 'True Passed');
  },
);

t.test('a write that fails is tried again and holds up no probe', async (t) => {
  const fixture = await start(t);
  const { aggregator, clock, register, condition, at } = fixture;
  let failures = 0;
  fixture.beforeStatusWrite = (what) => {
    if (failures++ < 8)
      throw newConflict({ group: 'apiregistration.k8s.io', resource: 'apiservices' }, what, 'changed');
  };
  await register({ name, host: 'a.test', port: 7443 });
  await clock.advance(5);
  t.equal(await condition(name), '');
  t.equal(aggregator.lookup(gv)?.availability.status, 'True');
  t.equal(aggregator.lookup(gv)?.availability.status, 'True');
  await clock.advance(5000);
  t.ok(at('a.test').requests.length >= 5);
  t.equal(await condition(name), 'True Passed');
});

t.test('a service that becomes local is available, and forgets its backend; and the other way round', async (t) => {
  const fixture = await start(t);
  const { aggregator, clock, register, condition, transports, discovery } = fixture;
  await register({ name, host: 'a.test', port: 7443 });
  await clock.advance(0);
  t.ok(discovery.has(name));
  await changeSpec(fixture, name, (spec) => delete spec.service);
  await clock.advance(0);
  t.match(aggregator.lookup(gv), {
    service: undefined,
    transports: [],
    availability: { status: 'True', reason: 'Local' },
  });
  t.equal(await condition(name), 'True Local');
  t.equal(transports[0]?.closed, 'closed');
  t.notOk(discovery.has(name));
  t.equal(aggregator.describe()[0]?.state, 'Local');
  await changeSpec(fixture, name, (spec) => (spec.service = { namespace: 'ns', name: 'svc', port: 7443 }));
  await clock.advance(0);
  t.equal(await condition(name), 'True Passed');
});

t.test('the condition and the answer to clients name the same time', async (t) => {
  const { aggregator, apiServices, clock, register, at } = await start(t);
  await register({ name, host: 'a.test', port: 7443 });
  await clock.advance(0);
  at('a.test').behave = () => refused;
  await clock.advance(60_000);
  const since = aggregator.lookup(gv)?.availability.since;
  t.match(since, /^2026-01-01T00:00:0\dZ$/);
  const { status } = await apiServices.get({ namespace: '', name });
  t.equal(status?.conditions?.[0]?.lastTransitionTime, since);
});

t.test('what a former process has found out keeps its time while it stays true', async (t) => {
  const stored = { type: 'Available', status: 'False', lastTransitionTime: 'yesterday' };
  const object: APIService = { apiVersion: '', kind: '', metadata: {}, status: { conditions: [stored] } };
  const notProbed = toAvailability(toFinding([undefined]), { previous: undefined, object, now: 'now' });
  t.match(notProbed, { status: 'Unknown', since: 'now' });
  const failed = toAvailability(toFailed('why'), { previous: notProbed, object, now: 'now' });
  t.match(failed, { status: 'False', message: 'why', since: 'yesterday' });
  const passed = toAvailability(toFinding([{ available: true }]), { previous: failed, object, now: 'now' });
  t.match(passed, { status: 'True', since: 'now' });
  t.match(toAvailability(toFailed('again'), { previous: passed, object, now: 'later' }), { since: 'later' });
});

t.test('one of several addresses is enough', async (t) => {
  const failed = { available: false, failure: newFailure('connect', 'ECONNREFUSED') } as const;
  t.equal(toFinding([failed, { available: true }]).status, 'True');
  t.equal(toFinding([failed, undefined]).status, 'Unknown');
  t.match(toFinding([failed, failed]), { status: 'False', reason: 'FailedDiscoveryCheck' });
});

t.test('the group of registration itself cannot be given away', async (t) => {
  const { aggregator, clock, register, transports, discovery } = await start(t);
  const own = 'v1.apiregistration.k8s.io';
  await register({ name: own, host: 'a.test', port: 7443 });
  await clock.advance(0);
  t.equal(aggregator.lookup({ group: 'apiregistration.k8s.io', version: 'v1' })?.service, undefined);
  t.same([transports.length, discovery.size], [0, 0]);
});

t.test(
  'a group/version of the gateway is taken over by an APIService of ones own only, and not silently',
  async (t) => {
    const logger = newRecordingLogger();
    const { aggregator, clock, register, apiServices, condition, transports } = await start(t, {
      logger,
      isLocal: ({ group }) => group === gv.group,
    });
    const labels = { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' };
    await register({ name, host: 'a.test', port: 7443, labels });
    await clock.advance(0);
    t.match(aggregator.lookup(gv), { service: undefined, transports: [] });
    t.same([transports.length, await condition(name), logger.lines], [0, 'True Local', []]);

    await deleteObject(apiServices, name);
    await register({ name, port: 7443 });
    await register({ name: 'v1.b.example', port: 7443, labels });
    await clock.advance(0);
    const note = 'the gateway serves this group and version itself, and is not asked as long as spec.service is set';
    t.match(aggregator.lookup(gv), { availability: { status: 'True', message: `all checks passed; ${note}` } });
    t.match(
      logger.lines.filter(({ level }) => level === 'warn'),
      [{ fields: { apiService: name, note } }],
    );
    t.match(aggregator.lookup({ group: 'b.example', version: 'v1' })?.availability.message, 'all checks passed');
  },
);

t.test('a listener that fails stops nobody else', async (t) => {
  const { aggregator, clock, register, condition } = await start(t);
  aggregator.subscribe(() => {
    throw new Error('not my day');
  });
  await register({ name, host: 'a.test', port: 7443 });
  await clock.advance(0);
  t.equal(await condition(name), 'True Passed');
});

t.test('a change of priority reaches the snapshot and discovery without a new probe', async (t) => {
  const fixture = await start(t);
  const { aggregator, clock, register, discovery, transports } = fixture;
  await register({ name, host: 'a.test', port: 7443 });
  await clock.advance(0);
  await changeSpec(fixture, name, (spec) => (spec.versionPriority = 99));
  await clock.advance(0);
  t.equal(aggregator.lookup(gv)?.versionPriority, 99);
  t.equal(discovery.get(name)?.versionPriority, 99);
  t.equal(transports.length, 1);
});

t.test('the end leaves no timer, no probe and no connection', async (t) => {
  const { clock, register, transports, stop } = await start(t);
  await register({ name, host: 'a.test', port: 7443 });
  await register({ name: 'v1.b.example', service: 'missing', port: 1 });
  await clock.advance(2500);
  await stop();
  t.equal(clock.pendingTimers(), 0);
  t.same(
    transports.map(({ closed, running }) => `${closed} ${running}`),
    ['destroyed 0'],
  );
});

t.test('an address where requests fail is left out for a while, and the second condition tells of it', async (t) => {
  const { aggregator, apiServices, services, clock, register } = await start(t);
  services.services.put(newService('svc', { ports: [{ port: 443 }] }));
  const hosts = ['192.0.2.1', '192.0.2.2', '192.0.2.3'];
  services.endpointSlices.put(newSlice({ name: 's', service: 'svc', hosts, port: 7443 }));
  await register({ name, port: 443 });
  await clock.advance(0);
  const stored = async (): Promise<string> => {
    const { status } = await apiServices.get({ namespace: '', name });
    const found = status?.conditions?.find(({ type }) => type === 'tributary.Healthy');
    return `${found?.status} ${found?.reason} ${found?.message}`;
  };
  t.equal(await stored(), 'True Available all 3 addresses answer');
  const snapshot = aggregator.lookup(gv);
  const [transport] = snapshot?.transports ?? [];
  if (snapshot === undefined || transport === undefined) throw new Error('no snapshot');
  const failure = newFailure('http', 'CLOSED');
  for (let index = 0; index < 3; index++)
    aggregator.reportOutcome({ snapshot, transport, outcome: { kind: 'backend-failed', status: 503, failure } });
  t.equal(aggregator.lookup(gv)?.transports.length, 2);
  t.match(aggregator.describe(), [{ state: 'Degraded', reason: 'Passed' }]);
  await clock.advance(1);
  t.match(await stored(), /^False Degraded 1 of 3 addresses are not well\. https:.* requests fail since .*CLOSED/);
  await clock.advance(10_000);
  t.match(aggregator.lookup(gv), { transports: { length: 2 }, trials: [{ transport }] });
  t.match(await stored(), /^False Degraded/, 'it still has to prove itself');
  await clock.advance(6000);
  t.equal(aggregator.lookup(gv)?.transports.length, 3);
  t.equal(await stored(), 'True Available all 3 addresses answer');
});
