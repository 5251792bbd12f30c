import { gunzipSync } from 'node:zlib';
import { API } from '../lib/api.ts';
import type { Bench, BenchContext } from '../lib/bench.ts';
import { startGateway } from '../lib/gateway.ts';
import { startKubeAPIServer } from '../lib/kube-apiserver.ts';
import { cpuSeconds } from '../lib/proc.ts';
import { type Measurement, measureInRounds, type Subject } from '../lib/rounds.ts';
import { startSameAnswer } from '../lib/same-answer.ts';
import type { ObjectKind, Server } from '../lib/server.ts';
import { median } from '../lib/statistics.ts';
import { runWrk } from '../lib/wrk.ts';

const count = 10_000;

/** The ways in which clients list. */
const forms: readonly Form[] = [
  { name: 'JSON', headers: {}, limit: 0 },
  { name: 'JSON, gzip', headers: { 'Accept-Encoding': 'gzip' }, limit: 0 },
  { name: 'JSON, pages of 500', headers: { 'Accept-Encoding': 'gzip' }, limit: 500 },
  {
    name: 'Table, pages of 500 (kubectl get)',
    headers: {
      Accept:
        'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json',
      'Accept-Encoding': 'gzip',
    },
    limit: 500,
  },
];

interface Form {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly limit: number;
}

/** Lists of many objects, and what other clients feel of them. */
export const list: Bench = {
  about: `list of ${count.toLocaleString('en-US')} objects, while 4 connections GET one; peer: a bare server that has the list ready`,
  async run(context) {
    const gateway = await startGateway(context);
    await fill(gateway.api, gateway.objects);
    const kube = await startKubeAPIServer(context);
    if (kube !== undefined) await fill(kube.api, kube.objects);
    const bare = await startBare(context, gateway, gateway.dataDir);
    const servers = kube === undefined ? [gateway] : [gateway, kube];
    const subjects = [...servers.flatMap((server) => newSubjects(context, server)), ...newBareSubjects(context, bare)];
    const withPeers = subjects.map((subject) => ({ ...subject, against: peersOf(subject.name, subjects) }));
    context.report.add('the list, and GETs beside it', await measureInRounds(context, withPeers, { warmUp: true }));
  },
};

async function fill(api: API, { path, newObject }: ObjectKind): Promise<void> {
  await api.createAll(
    path,
    Array.from({ length: count }, (_, at) => newObject(`object-${at}`)),
  );
}

function peersOf(name: string, subjects: readonly Subject[]): string[] {
  if (!name.startsWith('tributary')) return [];
  const form = name.slice('tributary'.length);
  return subjects.filter((each) => each.name !== name && each.name.endsWith(form)).map((each) => each.name);
}

/** The peer: the same list, as one piece of bytes. */
async function startBare(context: BenchContext, server: Server, dataDir: string): Promise<Server> {
  const { api, objects } = server;
  const bare = await startSameAnswer(context, dataDir, await api.ask(objects.path));
  const at = new API(bare.http1, {});
  return { name: 'bare', pid: bare.pid, api: at, objects };
}

function newBareSubjects(context: BenchContext, bare: Server): Subject[] {
  return [{ name: 'bare: JSON', measure: () => measureLists(context, bare, forms[0]) }];
}

function newSubjects(context: BenchContext, server: Server): Subject[] {
  return [undefined, ...forms].map((form) => ({
    name: `${server.name}: ${form?.name ?? 'no lists'}`,
    measure: () => measureLists(context, server, form),
  }));
}

/** Lists again and again for as long as others GET; without a form, shows how they do when nobody lists. */
async function measureLists(
  { seconds }: BenchContext,
  { api, pid, objects, name }: Server,
  form: Form | undefined,
): Promise<Measurement> {
  await readMaxLag(api);
  const others = { url: `${api.address}${objects.path}/object-1`, headers: api.headers, connections: 4, seconds };
  const end = performance.now() + seconds * 1000;
  const gets = name === 'bare' ? undefined : runWrk(others);
  const cpuBefore = await cpuSeconds(pid);
  const lists = form === undefined ? undefined : await listUntil(end, () => listAll(api, objects.path, form));
  const load = await gets;
  const cpu = (await cpuSeconds(pid)) - cpuBefore;
  const lag = await readMaxLag(api);
  return {
    ...lists,
    ...(lag === undefined ? {} : { 'loop delay max ms': lag }),
    ...(load === undefined ? {} : { 'GET req/s': load.requestsPerSecond, 'GET p99 ms': load.p99Ms }),
    'CPU share': cpu / seconds,
  };
}

/** Lists until it is time to stop. */
async function listUntil(end: number, listOnce: () => Promise<number>): Promise<Measurement> {
  const times: number[] = [];
  let bytes = 0;
  for (let now = performance.now(); now < end; now = performance.now()) {
    bytes = await listOnce();
    times.push(performance.now() - now);
  }
  return { 'list ms': median(times), MiB: bytes / 2 ** 20 };
}

/** One whole list, in as many pages as the form has. Answers with its bytes. */
async function listAll(api: API, path: string, { headers, limit }: Form): Promise<number> {
  let bytes = 0;
  let next = '';
  do {
    const query = limit === 0 ? '' : `?limit=${limit}${next === '' ? '' : `&continue=${next}`}`;
    const { status, body, headers: received } = await api.ask(`${path}${query}`, { headers });
    if (status !== 200) throw new Error(`list: ${status} ${body.toString()}`);
    bytes += body.length;
    next = limit === 0 ? '' : findContinue(received['content-encoding'] === 'gzip' ? gunzipSync(body) : body);
  } while (next !== '');
  return bytes;
}

/** The token stands in the metadata of the list, before the items or, in other servers, after them. */
function findContinue(body: Buffer): string {
  return /"continue":"([^"]+)"/.exec(body.toString())?.[1] ?? '';
}

/** Longest delay of the event loop since it was last asked for, in milliseconds; only Node has one. */
async function readMaxLag(api: API): Promise<number | undefined> {
  const { body } = await api.ask('/metrics');
  const found = /^nodejs_eventloop_lag_max_seconds ([\d.e+-]+)$/m.exec(body.toString());
  return found === null ? undefined : Number(found[1]) * 1000;
}
