import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import type { APIClient } from '../../pkg/testing/api-client.ts';
import { newTestAuthority, type TestAuthority } from '../../pkg/testing/pki.ts';
import { ROOT } from '../lib/files.ts';
import { type Fault, faults, type FaultyBackend, startFaultyBackend } from './harness/faulty-backend.ts';
import { newDiscoveryAnswer, startBackend, startBlackHole } from './harness/backend.ts';
import { eventually } from './harness/eventually.ts';
import { startGateway } from './harness/gateway.ts';
import { newGatewayClient } from './harness/gateway-client.ts';
import { type APIServiceObject, availableOf, toManifests } from './harness/registration.ts';

const reportFile = join(ROOT, '.cache/e2e/fault-matrix.txt');

/** How long each fault is watched. */
const watchMs = 4000;
/** A fault that a probe or a request can see is told within 1.5 s; the rest is for a machine with other things to do. */
const mostMs = 3000;
/** Documents are read again when the service seems to be another one, but not all the time. */
const mostDocumentsMs = 9000;

/** What the observers saw of a fault, in milliseconds after it; `undefined`: nothing. */
interface Row {
  readonly fault: Fault;
  /** First request that failed. */
  readonly traffic: number | undefined;
  /** `Available` is not `True`, and `tributary.Healthy` neither. */
  readonly condition: number | undefined;
  readonly healthy: number | undefined;
  /** Marked `Stale` in aggregated discovery. */
  readonly discovery: number | undefined;
  /** `tributary.OpenAPICurrent` is not `True`. */
  readonly documents: number | undefined;
  /** How many times the last good OpenAPI document of the service was not there any more. */
  readonly openapi: number;
  readonly metrics: number | undefined;
  /** How long requests failed while the condition said `True`. */
  readonly falseGreen: number;
  /** How many times the OpenAPI document of a service that is well was another one than before. */
  readonly othersOpenAPI: number;
  /** Failed requests and slowest request of a service that is well. */
  readonly othersFailed: number;
  readonly othersSlowest: number;
  /** Until the condition is `True` again after it was mended. */
  readonly recovery: number | undefined;
}

/** A fault whose service goes on answering requests is nothing for the condition. */
const expectations: Readonly<Record<Fault, 'red' | 'green' | 'either'>> = {
  refused: 'red',
  reset: 'red',
  'black hole': 'red',
  'slow byte by byte': 'red',
  'wrong certificate': 'red',
  'expired certificate': 'red',
  'plain HTTP': 'red',
  garbage: 'red',
  '500 on discovery': 'red',
  'huge discovery': 'red',
  'invalid OpenAPI': 'green',
  flapping: 'either',
};

const gateway = await startGateway(t);
const client = await newGatewayClient(t, gateway);
const authority = await newTestAuthority();
const bystander = await startRegistered('well.example.com');

async function startRegistered(group: string): Promise<FaultyBackend> {
  const backend = await startFaultyBackend(t, {
    groupVersion: `${group}/v1`,
    authority,
    names: ['localhost', '127.0.0.1'],
  });
  await register(client, { group, port: backend.port, authority });
  await eventually(`${group} to be available`, async () => (await conditionsOf(client, group)).available === 'True');
  return backend;
}

async function register(
  api: APIClient,
  { group, port, authority: { caPEM: ca } }: { group: string; port: number; authority: TestAuthority },
): Promise<void> {
  const { items } = JSON.parse(toManifests({ group, host: '127.0.0.1', port, ca })) as { items: object[] };
  const paths = [
    '/apis/service.grafana.app/v0alpha1/namespaces/default/externalnames',
    '/apis/apiregistration.k8s.io/v1/apiservices',
  ];
  for (const [index, path] of paths.entries()) {
    const { status, text } = await api.send('POST', path, { body: items[index] });
    if (status !== 201) throw new Error(text);
  }
}

interface Conditions {
  readonly available: string;
  readonly healthy: string;
  readonly documents: string;
}

async function conditionsOf(api: APIClient, group: string): Promise<Conditions> {
  const { json } = await api.get(`/apis/apiregistration.k8s.io/v1/apiservices/v1.${group}`);
  const object = json as APIServiceObject;
  const statusOf = (type: string): string =>
    object.status?.conditions?.find((condition) => condition.type === type)?.status ?? '';
  return {
    available: availableOf(object)?.status ?? '',
    healthy: statusOf('tributary.Healthy'),
    documents: statusOf('tributary.OpenAPICurrent'),
  };
}

const aggregated = { headers: { Accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' } };

interface Discovery {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly versions: readonly { readonly freshness?: string }[];
  }[];
}

async function isStale(api: APIClient, group: string): Promise<boolean> {
  const { json } = await api.get('/apis', aggregated);
  const found = (json as Discovery).items.find(({ metadata }) => metadata.name === group);
  return found?.versions[0]?.freshness === 'Stale';
}

async function isCountedUnavailable(api: APIClient, group: string): Promise<boolean> {
  const { text } = await api.get('/metrics');
  return text.includes(`aggregator_unavailable_apiservice{name="v1.${group}"} 1`);
}

/** Looks again and again until the time is over, and notes when it first saw what it looks for. */
async function firstSeen(
  sees: () => Promise<boolean>,
  startedAt: number,
  withinMs: number = watchMs,
): Promise<number | undefined> {
  while (performance.now() - startedAt < withinMs) {
    const askedAt = performance.now();
    if (await sees().catch(() => true)) return Math.round(performance.now() - startedAt);
    await pause(Math.max(0, 25 - (performance.now() - askedAt)));
  }
  return undefined;
}

/** Requests to a service, one after the other and no faster than every 20 ms, until the time is over. */
async function sendTraffic(path: string, startedAt: number): Promise<{ failures: number[]; slowest: number }> {
  const failures: number[] = [];
  let slowest = 0;
  while (performance.now() - startedAt < watchMs) {
    const askedAt = performance.now();
    const answered = client.get(path).then(
      ({ status }) => status === 200,
      () => false,
    );
    // Who waits for so long has been failed.
    const ok = await Promise.race([answered, pause(1000).then(() => false)]);
    const endedAt = performance.now();
    slowest = Math.max(slowest, endedAt - askedAt);
    if (!ok) failures.push(endedAt - startedAt);
    await pause(Math.max(0, 20 - (endedAt - askedAt)));
  }
  return { failures, slowest: Math.round(slowest) };
}

/** Counts how often a document is another one than at first. */
async function newChangeCount(path: string): Promise<{ look: () => Promise<boolean>; changes: () => number }> {
  const { text: before } = await client.get(path);
  let count = 0;
  return {
    look: async () => {
      const { text } = await client.get(path);
      if (text !== before) count++;
      return false;
    },
    changes: () => count,
  };
}

async function observe(fault: Fault): Promise<Row> {
  const group = `${fault.replaceAll(' ', '-').toLowerCase()}.example.com`;
  const backend = await startRegistered(group);
  // Long enough for the gateway to know how fast it is.
  await pause(2500);
  const own = await newChangeCount(`/openapi/v3/apis/${backend.groupVersion}`);
  const others = await newChangeCount(`/openapi/v3/apis/${bystander.groupVersion}`);
  const startedAt = performance.now();
  await backend.inject(fault);
  const documentsMs = expectations[fault] === 'green' ? mostDocumentsMs : watchMs;
  const [traffic, unaffected, condition, healthy, discovery, metrics, documents] = await Promise.all([
    sendTraffic(`/apis/${backend.groupVersion}/things`, startedAt),
    sendTraffic(`/apis/${bystander.groupVersion}/things`, startedAt),
    firstSeen(async () => (await conditionsOf(client, group)).available !== 'True', startedAt),
    firstSeen(async () => (await conditionsOf(client, group)).healthy !== 'True', startedAt),
    firstSeen(() => isStale(client, group), startedAt),
    firstSeen(() => isCountedUnavailable(client, group), startedAt),
    firstSeen(async () => (await conditionsOf(client, group)).documents !== 'True', startedAt, documentsMs),
    firstSeen(own.look, startedAt),
    firstSeen(others.look, startedAt),
  ]);
  await backend.heal();
  const healedAt = performance.now();
  const recovery = await eventually(
    `the recovery from ${fault}`,
    async () => (await conditionsOf(client, group)).available === 'True' && Math.round(performance.now() - healedAt),
    { everyMilliseconds: 10 },
  );
  const [first] = traffic.failures;
  const end = condition ?? watchMs;
  return {
    fault,
    traffic: first === undefined ? undefined : Math.round(first),
    condition,
    healthy,
    discovery,
    documents,
    openapi: own.changes(),
    othersOpenAPI: others.changes(),
    metrics,
    falseGreen: first === undefined ? 0 : Math.max(0, Math.round(end - first)),
    othersFailed: unaffected.failures.length,
    othersSlowest: unaffected.slowest,
    recovery,
  };
}

const columns: readonly (keyof Row)[] = [
  'fault',
  'traffic',
  'condition',
  'healthy',
  'discovery',
  'metrics',
  'documents',
  'falseGreen',
  'openapi',
  'othersOpenAPI',
  'othersFailed',
  'othersSlowest',
  'recovery',
];

/** Milliseconds, each fault a row. */
function toTable(rows: readonly Row[]): string {
  const cells = [columns.map(String), ...rows.map((row) => columns.map((column) => String(row[column] ?? '-')))];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)));
  return cells
    .map((line) =>
      line
        .map((cell, index) => (index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0)))
        .join('  '),
    )
    .join('\n');
}

const reports: string[] = [];

async function report(text: string): Promise<void> {
  reports.push(text);
  await mkdir(dirname(reportFile), { recursive: true });
  await writeFile(reportFile, reports.join('\n'));
  t.comment(`\n${text}`);
}

t.test('each fault is told by everybody who should know, and felt by nobody else', { timeout: 600_000 }, async (t) => {
  const rows: Row[] = [];
  for (const fault of faults) {
    const row = await observe(fault);
    rows.push(row);
    const expected = expectations[fault];
    if (expected === 'red') {
      t.ok((row.condition ?? Infinity) <= mostMs, `${fault}: the condition after ${row.condition} ms`);
      t.ok((row.healthy ?? Infinity) <= mostMs, `${fault}: our condition after ${row.healthy} ms`);
      t.ok((row.discovery ?? Infinity) <= mostMs, `${fault}: stale after ${row.discovery} ms`);
    } else if (expected === 'green') t.equal(row.condition, undefined, `${fault}: the service is there all the same`);
    const documentsMs = expected === 'green' ? mostDocumentsMs : mostMs;
    const told = (row.documents ?? Infinity) <= documentsMs;
    t.ok(told || expected === 'either', `${fault}: the condition of documents after ${row.documents} ms`);
    t.equal(row.openapi, 0, `${fault}: the last good document stays`);
    t.ok(row.falseGreen <= mostMs, `${fault}: green while requests failed for ${row.falseGreen} ms`);
    t.equal(row.othersFailed, 0, `${fault}: requests to others`);
    t.equal(row.othersOpenAPI, 0, `${fault}: documents of others`);
    t.ok((row.recovery ?? Infinity) <= mostMs, `${fault}: back after ${row.recovery} ms`);
  }
  await report(`milliseconds after the fault; '-': not seen within ${watchMs} ms\n\n${toTable(rows)}\n`);
});

/** Milliseconds from the registration of each service until a watch tells that it is available. */
async function timeToAvailable(groups: ReadonlyMap<string, number>): Promise<readonly number[]> {
  const watch = await client.watch('/apis/apiregistration.k8s.io/v1/apiservices?watch=true');
  const registeredAt = new Map<string, number>();
  const times = new Map<string, number>();
  let read = 0;
  const look = (): boolean => {
    const now = performance.now();
    for (const { object } of watch.events.slice(read)) {
      read++;
      const { name = '' } = object.metadata;
      const since = registeredAt.get(name);
      if (since === undefined || times.has(name) || availableOf(object as APIServiceObject)?.status !== 'True')
        continue;
      times.set(name, Math.round(now - since));
    }
    return times.size === groups.size;
  };
  const all = eventually('all of them to be available', look, { seconds: 60, everyMilliseconds: 5 });
  for (const [group, port] of groups) {
    registeredAt.set(`v1.${group}`, performance.now());
    await register(client, { group, port, authority });
  }
  await all;
  watch.leave();
  return [...times.values()].toSorted((a, b) => a - b);
}

t.test('services that are well are found within two seconds, whatever a hundred dead ones do', async (t) => {
  const count = 100;
  const pair = await authority.serving(['localhost', '127.0.0.1']);
  for (let index = 0; index < count; index++) {
    // Each at an address of its own, so that no two of them share a state.
    await register(client, { group: `dead${index}.example.com`, port: await startBlackHole(t), authority });
  }
  const groups = new Map<string, number>();
  for (let index = 0; index < count; index++) {
    const group = `alive${index}.example.com`;
    groups.set(group, await startBackend(t, pair, newDiscoveryAnswer(`${group}/v1`)));
  }
  const times = await timeToAvailable(groups);
  const [median, last] = [times[count / 2], times.at(-1)];
  t.ok((last ?? Infinity) <= mostMs, `the last one after ${last} ms`);
  await report(
    `${count} services that are well beside ${count} black holes: available after ${median} ms (median), ${last} ms (last)\n`,
  );
  const dead = await client.get('/apis/apiregistration.k8s.io/v1/apiservices');
  const { items } = dead.json as { items: readonly (APIServiceObject & { metadata: { name: string } })[] };
  const states = items
    .filter(({ metadata }) => metadata.name.startsWith('v1.dead'))
    .map((each) => availableOf(each)?.status);
  t.same(new Set(states), new Set(['False']));
});
