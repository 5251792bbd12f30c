import { API } from '../lib/api.ts';
import type { Bench, BenchContext } from '../lib/bench.ts';
import { type Gateway, startGateways } from '../lib/gateway.ts';
import { startKubeAPIServer } from '../lib/kube-apiserver.ts';
import { type LoadResult, measureLoad } from '../lib/load.ts';
import { parseJSONLine, startProcess } from '../lib/processes.ts';
import { measureInRounds, type Subject } from '../lib/rounds.ts';
import { servingPair } from '../lib/same-answer.ts';
import { findServedKinds, type ObjectKind, type Server } from '../lib/server.ts';
import { runWrk } from '../lib/wrk.ts';

/** Writers at the same time, everywhere. */
const writers = 32;

/** About what the file of such an object has. */
const fileBytes = 400;

/** Durable creation of objects, against what the disk and a bare HTTPS server can do. */
export const create: Bench = {
  about: `durable CREATE over TLS, HTTP/1.1, ${writers} connections; peers: files written and synced without any server, and by a bare one`,
  async run(context) {
    const gateways = await startGateways(context);
    const kinds = await findServedKinds(gateways[0].api);
    const subjects = gateways.flatMap((gateway) => kinds.map((kind) => newCreate(context, gateway, kind)));
    const kube = await startKubeAPIServer(context);
    if (kube !== undefined) subjects.push({ ...newCreate(context, kube, kube.objects), form: undefined });
    if (context.against === undefined) {
      subjects.push(
        await newLoop(context, 4),
        await newLoop(context, writers),
        await newBarePost(context, gateways[0]),
      );
    }
    context.report.add('durable CREATE', await measureInRounds(context, subjects, { warmUp: true }));
  },
};

function newCreate({ seconds }: BenchContext, server: Server, kind: ObjectKind): Subject {
  const { api, pid, name } = server;
  let runs = 0;
  const run = (): Promise<LoadResult> => {
    const body = JSON.stringify(kind.newObject('NAME'));
    const script = ['hack/bench/clients/create.lua', `run-${++runs}`, body];
    return runWrk({ url: api.address + kind.path, headers: api.headers, connections: writers, seconds, script });
  };
  return { who: name, form: kind.kind, measure: () => measureLoad(pid, run) };
}

/** Synced files without a server. Node's pool of threads has 4 unless told otherwise. */
async function newLoop(context: BenchContext, threads: number): Promise<Subject> {
  const loop = await startProcess(context.scope, {
    name: 'fsync loop',
    place: 'measured',
    command: [
      process.execPath,
      'hack/bench/peers/fsync-loop.ts',
      await context.newFolder('loop'),
      String(writers),
      String(fileBytes),
    ],
    env: { UV_THREADPOOL_SIZE: String(threads) },
    parseReady: parseJSONLine<{ readonly listening: boolean }>('listening'),
  });
  const run = (): Promise<LoadResult> => {
    const result = loop.waitFor(parseJSONLine<LoadResult>('requestsPerSecond'));
    loop.send(String(context.seconds));
    return result;
  };
  return { who: `files only, ${threads} threads`, measure: () => measureLoad(loop.pid, run) };
}

async function newBarePost(context: BenchContext, { dataDir, api, objects }: Gateway): Promise<Subject> {
  const bare = await startProcess(context.scope, {
    name: 'bare POST',
    place: 'measured',
    command: [
      process.execPath,
      'hack/bench/peers/durable-post.ts',
      ...servingPair(dataDir),
      await context.newFolder('bare'),
      String(fileBytes),
    ],
    parseReady: parseJSONLine<{ readonly port: number }>('port'),
  });
  const at = new API(`https://127.0.0.1:${bare.ready.port}`, api.headers);
  const server = { name: 'bare node:https with files', pid: bare.pid, api: at, objects };
  return { ...newCreate(context, server, objects), form: undefined };
}
