import { gunzipSync } from 'node:zlib';
import { API } from '../lib/api.ts';
import type { Bench, BenchContext } from '../lib/bench.ts';
import { type Gateway, startGateways } from '../lib/gateway.ts';
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
    const gateways = await startGateways(context);
    const kube = await startKubeAPIServer(context);
    const servers = [...gateways, ...(kube === undefined ? [] : [kube])];
    for (const { api, objects } of servers) await fill(api, objects);
    const subjects = servers.flatMap((server) => newSubjects(context, server));
    if (context.against === undefined) subjects.push(await newBareSubject(context, gateways[0]));
    context.report.add('the list, and GETs beside it', await measureInRounds(context, subjects, { warmUp: true }));
  },
};

async function fill(api: API, { path, newObject }: ObjectKind): Promise<void> {
  await api.createAll(
    path,
    Array.from({ length: count }, (_, at) => newObject(`object-${at}`)),
  );
}

/** The peer: the same list, as one piece of bytes. */
async function newBareSubject(context: BenchContext, { api, objects, dataDir }: Gateway): Promise<Subject> {
  const { pid, http1 } = await startSameAnswer(context, dataDir, await api.ask(objects.path));
  const bare = { name: 'bare', pid, api: new API(http1, {}), objects };
  const [form] = forms;
  return { who: 'bare', form: form?.name, measure: () => measureLists(context, bare, form) };
}

function newSubjects(context: BenchContext, server: Server): Subject[] {
  return [undefined, ...forms].map((form) => ({
    who: server.name,
    form: form?.name ?? 'no lists',
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
