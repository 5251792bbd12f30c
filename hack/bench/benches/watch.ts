import { API } from '../lib/api.ts';
import type { Bench, BenchContext } from '../lib/bench.ts';
import type { TallyResult } from '../clients/watch-tally.ts';
import type { WatchPlan } from '../clients/watchers.ts';
import { startGateway } from '../lib/gateway.ts';
import { inScope } from '../lib/in-scope.ts';
import { startKubeAPIServer } from '../lib/kube-apiserver.ts';
import { cpuSeconds, residentMiB } from '../lib/proc.ts';
import { parseJSONLine, startProcess } from '../lib/processes.ts';
import { type Measurement, measureInRounds, ours } from '../lib/rounds.ts';
import { servingPair } from '../lib/same-answer.ts';
import { type ObjectKind, type Server } from '../lib/server.ts';

const eventsPerSecond = 10;
const eventSeconds = 10;

interface Crowd {
  readonly title: string;
  readonly watchers: number;
  readonly streams: number;
}

const crowds: readonly Crowd[] = [
  { title: '1,000 watchers, HTTP/2, 100 on a connection', watchers: 1000, streams: 100 },
  { title: '10,000 watchers, HTTP/2, 100 on a connection', watchers: 10_000, streams: 100 },
  { title: '1,000 watchers, HTTP/1.1', watchers: 1000, streams: 0 },
];

/** What a crowd of watchers costs, and how soon each of them hears of an event. */
export const watch: Bench = {
  about: `${eventsPerSecond} events a second for ${eventSeconds} s to a crowd of watchers; peer: a bare server that writes the same bytes to all`,
  async run(context) {
    for (const crowd of crowds) {
      const subjects = newContenders(context, crowd).map(({ who, start }) => ({
        who,
        // A server of its own for each measurement: memory that a former crowd has left behind would hide what this one takes.
        measure: () => inScope(context, async (each) => measureCrowd(each, crowd, await start(each))),
      }));
      context.report.add(crowd.title, await measureInRounds(context, subjects));
    }
  },
};

interface Contender {
  readonly who: string;
  readonly start: (context: BenchContext) => Promise<Server | undefined>;
}

function newContenders({ against, peers }: BenchContext, crowd: Crowd): Contender[] {
  const own = { who: ours, start: startGateway };
  const other = { who: 'other checkout', start: (each: BenchContext) => startGateway(each, { root: against ?? '' }) };
  const bare = { who: 'bare', start: (each: BenchContext) => startBroadcast(each, crowd) };
  const kube = peers === undefined ? [] : [{ who: 'kube-apiserver', start: startKubeAPIServer }];
  return [own, against === undefined ? bare : other, ...kube];
}

async function measureCrowd(
  { scope }: BenchContext,
  { watchers, streams }: Crowd,
  server: Server | undefined,
): Promise<Measurement> {
  if (server === undefined) throw new Error('there is no server to watch');
  const { api, pid, objects } = server;
  const { address, headers } = api;
  const events = eventsPerSecond * eventSeconds;
  const template = JSON.stringify(objects.newObject('NAME'));
  const plan: WatchPlan = {
    address,
    headers,
    path: objects.path,
    template,
    watchers,
    streams,
    events,
    eventsPerSecond,
  };
  const memoryBefore = await residentMiB(pid);
  const cpuBefore = await cpuSeconds(pid);
  const client = await startProcess(scope, {
    name: 'watchers',
    place: 'load',
    command: [process.execPath, 'hack/bench/clients/watchers.ts', JSON.stringify(plan)],
    parseReady: parseJSONLine<{ readonly standingMs: number }>('standingMs'),
  });
  const memory = await residentMiB(pid);
  const cpuStanding = await cpuSeconds(pid);
  const outcome = client.waitFor(
    parseJSONLine<TallyResult & { readonly tookMs: number; readonly ended: number }>('repeated'),
  );
  client.send('go');
  const { delivered, lost, repeated, ended, p50Ms, p99Ms, maxMs } = await outcome;
  const cpu = (await cpuSeconds(pid)) - cpuStanding;
  return {
    'p50 ms': p50Ms,
    'p99 ms': p99Ms,
    'max ms': maxMs,
    lost,
    repeated,
    ended,
    'CPU µs/delivery': (cpu * 1e6) / delivered,
    'KiB/watcher': ((memory - memoryBefore) * 1024) / watchers,
    'CPU µs/open': ((cpuStanding - cpuBefore) * 1e6) / watchers,
    'open s': client.ready.standingMs / 1000,
  };
}

/** The peer. Its frames are as long as ours: the object, and what the gateway adds to it. */
async function startBroadcast(context: BenchContext, { streams }: Crowd): Promise<Server> {
  const gateway = await startGateway(context);
  const objects: ObjectKind = gateway.objects;
  const created = await gateway.api.json<object>(objects.path, {
    method: 'POST',
    body: objects.newObject('tick-100.12345'),
  });
  const length = JSON.stringify({ type: 'ADDED', object: created }).length + 1;
  await gateway.stop();
  const { pid, ready } = await startProcess(context.scope, {
    name: 'broadcast',
    place: 'measured',
    command: [process.execPath, 'hack/bench/peers/broadcast.ts', ...servingPair(gateway.dataDir), String(length)],
    parseReady: parseJSONLine<{ readonly http1: number; readonly http2: number }>('http1'),
  });
  const port = streams === 0 ? ready.http1 : ready.http2;
  const api = new API(`https://127.0.0.1:${port}`, {});
  return { name: 'bare', pid, api, objects };
}
