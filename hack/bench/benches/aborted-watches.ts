import { setTimeout as pause } from 'node:timers/promises';
import { connectTLS, HTTP2Connection } from '../clients/http2-connection.ts';
import type { BenchContext } from '../lib/bench.ts';
import type { Gateway } from '../lib/gateway.ts';
import { openFiles, residentMiB } from '../lib/proc.ts';
import { parseJSONLine, type RunningProcess, startProcess } from '../lib/processes.ts';
import { register, untilJudged } from '../lib/registration.ts';
import { type Measurement, measureInRounds, ours } from '../lib/rounds.ts';

const group = 'watch.bench.example.com';
const version = 'v1';
const watchers = 200;
const repeats = 5;

/** Watches through the proxy that their clients abort: the backend must see each of them end, and the gateway keep nothing. */
export async function checkAbortedWatches(
  context: BenchContext,
  gateway: Gateway,
  [cert, key]: readonly [string, string],
): Promise<void> {
  const backend = await startProcess(context.scope, {
    name: 'watch backend',
    place: 'load',
    command: [process.execPath, 'hack/bench/peers/watch-backend.ts', cert, key],
    parseReady: parseJSONLine<{ readonly port: number }>('port'),
  });
  await register(gateway.api, [{ group, version, port: backend.ready.port }]);
  await untilJudged(gateway.api);
  const subject = { who: ours, measure: () => abortAll(gateway, backend) };
  context.report.add(
    `${watchers} × ${repeats} watches through the proxy, aborted`,
    await measureInRounds(context, [subject], { warmUp: true }),
  );
}

async function abortAll(gateway: Gateway, backend: RunningProcess<unknown>): Promise<Measurement> {
  const files = await openFiles(gateway.pid);
  const memory = await residentMiB(gateway.pid);
  let slowest = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const clients = await Promise.all(Array.from({ length: watchers / 50 }, () => openWatches(gateway)));
    const open = await countOpen(backend);
    if (open < watchers) throw new Error(`the backend has ${open} watches of ${watchers}`);
    const aborted = performance.now();
    for (const client of clients) client.destroy();
    while ((await countOpen(backend)) > 0 && performance.now() < aborted + 10_000) await pause(5);
    slowest = Math.max(slowest, performance.now() - aborted);
  }
  return {
    'left at the backend': await countOpen(backend),
    'ended within ms': slowest,
    'open files, more': (await openFiles(gateway.pid)) - files,
    'RSS MiB, more': (await residentMiB(gateway.pid)) - memory,
  };
}

async function openWatches({ api }: Gateway): Promise<HTTP2Connection> {
  const socket = await connectTLS(Number(new URL(api.address).port), 'h2');
  return new Promise((resolve, reject) => {
    let heads = 0;
    const client: HTTP2Connection = new HTTP2Connection(socket, {
      head: () => void (++heads === 50 && resolve(client)),
      data: () => undefined,
      end: (_, why) => reject(new Error(`a watch ended: ${why}`)),
    });
    for (let each = 0; each < 50; each++) client.get(`/apis/${group}/${version}/things?watch=1`, api.headers);
  });
}

function countOpen(backend: RunningProcess<unknown>): Promise<number> {
  const answer = backend.waitFor(parseJSONLine<{ readonly open: number }>('open'));
  backend.send('count');
  return answer.then(({ open }) => open);
}
