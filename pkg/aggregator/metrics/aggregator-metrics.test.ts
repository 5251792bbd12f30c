import t from 'tap';
import type { APIService } from '../../../apis/apiregistration/v1/api-service-schema.ts';
import { newMetrics } from '../../component/metrics/metrics.ts';
import { newFakeClock } from '../../testing/fake-clock.ts';
import { newTestAuthority } from '../../testing/pki.ts';
import type { APIServiceSnapshot, SnapshotChange } from '../snapshot.ts';
import { fakeSettings, newFailure } from '../testing/fake-transport.ts';
import { addAPIServiceMetrics } from './api-service-metrics.ts';
import { addCertificateMetrics, findEarliestEnd } from './certificate-metrics.ts';
import { forgetGone } from './forget-gone.ts';
import { newControlMetrics } from './control-metrics.ts';
import { newBackendCertificates, newBundleCertificates } from './seen-certificates.ts';

const linesOf = (body: string, start: string): string[] => body.split('\n').filter((line) => line.startsWith(start));

function newSnapshot(name: string, status: 'True' | 'False', reason = 'Passed'): APIServiceSnapshot {
  return {
    name,
    group: 'a.example',
    version: 'v1',
    groupPriorityMinimum: 1,
    versionPriority: 1,
    service: { namespace: 'ns', name: 'svc', port: 443 },
    addresses: ['https://192.0.2.1:7443'],
    transports: [],
    availability: { status, reason, message: '', since: '' },
  };
}

void t.test('unavailable APIServices are shown and counted under upstream’s names', async (t) => {
  const metrics = newMetrics();
  const snapshots = new Map<string, APIServiceSnapshot>();
  let tell: (change: SnapshotChange) => void = () => undefined;
  const swap = (name: string, current: APIServiceSnapshot | undefined): void => {
    const previous = snapshots.get(name);
    if (current === undefined) snapshots.delete(name);
    else snapshots.set(name, current);
    tell({ name, previous, current });
  };
  addAPIServiceMetrics(metrics, {
    list: () => [...snapshots.values()],
    subscribe: (listener) => {
      tell = listener;
      return () => undefined;
    },
  });
  swap('v1.a', newSnapshot('v1.a', 'False', 'ServiceNotFound'));
  swap('v1.b', newSnapshot('v1.b', 'True'));
  const gauge = async () => linesOf((await metrics.render()).body, 'aggregator_unavailable_apiservice{');
  const counter = async () => linesOf((await metrics.render()).body, 'aggregator_unavailable_apiservice_total{');
  t.same(await gauge(), [
    'aggregator_unavailable_apiservice{name="v1.a"} 1',
    'aggregator_unavailable_apiservice{name="v1.b"} 0',
  ]);
  t.same(await counter(), [], 'one that never was available has not become unavailable');
  swap('v1.b', newSnapshot('v1.b', 'False', 'FailedDiscoveryCheck'));
  swap('v1.b', newSnapshot('v1.b', 'False', 'ServiceNotFound'));
  swap('v1.b', newSnapshot('v1.b', 'True'));
  swap('v1.b', newSnapshot('v1.b', 'False', 'FailedDiscoveryCheck'));
  t.same(await counter(), ['aggregator_unavailable_apiservice_total{name="v1.b",reason="FailedDiscoveryCheck"} 2']);
  swap('v1.b', undefined);
  t.same(await counter(), []);
  t.same(await gauge(), ['aggregator_unavailable_apiservice{name="v1.a"} 1']);
});

void t.test('the days to the end of every certificate are shown', async (t) => {
  const metrics = newMetrics();
  const clock = newFakeClock();
  const authority = await newTestAuthority();
  const leaf = await authority.serving();
  const bundle = Buffer.from(authority.caPEM + leaf.certPEM).toString('base64');
  const apiService = (name: string, caBundle: string) =>
    ({ metadata: { name }, spec: { caBundle } }) as unknown as APIService;
  const snapshots = [newSnapshot('v1.a', 'True')];
  const backends = newBackendCertificates(() => snapshots);
  const bundles = newBundleCertificates(() => [
    apiService('v1.a', bundle),
    apiService('v1.b', 'bm90aGluZw=='),
    apiService('v1.c', ''),
  ]);
  addCertificateMetrics(metrics, {
    clock,
    seen: () => [
      { use: 'serving', of: 'gateway', notAfter: clock.now() + 86_400_000 * 30 },
      ...backends.list(),
      ...bundles(),
    ],
  });
  const settings = { ...fakeSettings, host: '192.0.2.1', port: 7443 };
  backends.noteCertificate(settings, clock.now() - 43_200_000);
  backends.noteCertificate({ ...settings, port: 1 }, clock.now());
  const lines = linesOf((await metrics.render()).body, 'tributary_certificate_expiry_days{');
  const days = (findEarliestEnd(leaf.certPEM) ?? 0) - clock.now();
  t.same(
    lines,
    [
      'tributary_certificate_expiry_days{use="serving",of="gateway"} 30',
      'tributary_certificate_expiry_days{use="backend",of="https://192.0.2.1:7443"} -0.5',
      `tributary_certificate_expiry_days{use="ca-bundle",of="v1.a"} ${days / 86_400_000}`,
    ],
    'the leaf ends before its authority; what nobody names is not shown',
  );
});

void t.test('what was counted goes with the service, and with the last one at an address', (t) => {
  const gone: string[] = [];
  let tell: (change: SnapshotChange) => void = () => undefined;
  forgetGone(
    {
      backends: { forget: ({ group, version }) => void gone.push(`${group}/${version}`) },
      control: { left: (addresses) => void gone.push(...addresses) },
    },
    {
      subscribe(listener) {
        tell = listener;
        return () => undefined;
      },
    },
  );
  const name = 'v1.a';
  const one = newSnapshot(name, 'True');
  const other = { ...one, addresses: ['https://other:1'] };
  tell({ name, previous: undefined, current: one });
  tell({ name, previous: one, current: { ...one, versionPriority: 2 } });
  t.same(gone, []);
  tell({ name, previous: one, current: other });
  t.same(gone.splice(0), one.addresses);
  tell({ name, previous: other, current: { ...other, service: undefined, addresses: [] } });
  t.same(gone.splice(0), ['a.example/v1', 'https://other:1']);
  tell({ name, previous: { ...one, service: undefined, addresses: [] }, current: undefined });
  t.same(gone, []);
  t.end();
});

void t.test('addresses that come and go do not pile up', (t) => {
  const backends = newBackendCertificates(() => [newSnapshot('v1.a', 'True')]);
  for (let port = 1; port < 5000; port++) backends.noteCertificate({ ...fakeSettings, host: 'gone.test', port }, 1);
  backends.noteCertificate({ ...fakeSettings, port: 7443 }, 2);
  t.same(backends.list(), [{ use: 'backend', of: 'https://192.0.2.1:7443', notAfter: 2 }]);
  t.end();
});

void t.test('probes are counted, and the age of documents is shown', async (t) => {
  const metrics = newMetrics();
  const clock = newFakeClock();
  const since = '2026-01-01T00:00:00Z';
  const addresses = [
    { address: 'https://a:1', state: 'available', since } as const,
    { address: 'https://b:1', state: 'degraded', since, breaker: 'half-open' } as const,
  ];
  const snapshots = [
    { ...newSnapshot('v1.a', 'True'), health: { state: 'degraded' as const, since, addresses } },
    { ...newSnapshot('v1.local', 'True'), service: undefined },
  ];
  const observer = newControlMetrics(metrics, { snapshots: () => snapshots, clock });
  const address = 'https://192.0.2.1:7443';
  observer.probed(address, { failure: undefined, ms: 3 });
  observer.probed(address, { failure: newFailure('connect', 'ECONNREFUSED'), ms: 7 });
  observer.read('discovery', 'v1.a');
  observer.read('openapi', 'v1.gone');
  await clock.advance(4500);
  const { body } = await metrics.render();
  t.same(linesOf(body, 'tributary_backend_probes_total{'), [
    `tributary_backend_probes_total{address="${address}",result="ok"} 1`,
    `tributary_backend_probes_total{address="${address}",result="connect/ECONNREFUSED"} 1`,
  ]);
  t.same(linesOf(body, 'tributary_backend_probe_duration_seconds_count'), [
    'tributary_backend_probe_duration_seconds_count{outcome="ok"} 1',
    'tributary_backend_probe_duration_seconds_count{outcome="failed"} 1',
  ]);
  t.same(linesOf(body, 'tributary_backend_state{'), [
    'tributary_backend_state{address="https://a:1",state="available",breaker="closed"} 1',
    'tributary_backend_state{address="https://b:1",state="degraded",breaker="half-open"} 1',
  ]);
  t.same(linesOf(body, 'tributary_discovery_age_seconds{'), ['tributary_discovery_age_seconds{name="v1.a"} 4.5']);
  t.same(linesOf(body, 'tributary_openapi_age_seconds{'), []);
  const gone = 'https://gone.test:1';
  observer.probed(gone, { failure: undefined, ms: 1 });
  observer.left([gone, address]);
  const later = linesOf((await metrics.render()).body, 'tributary_backend_probes_total{');
  t.equal(later.length, 2, 'what was counted of an address goes with it, unless somebody else is served there');
  t.ok(later.every((line) => line.includes(address)));
});
