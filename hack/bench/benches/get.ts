import type { API } from '../lib/api.ts';
import type { Bench, BenchContext } from '../lib/bench.ts';
import { startGateway } from '../lib/gateway.ts';
import { runH2load } from '../lib/h2load.ts';
import { startKubeAPIServer } from '../lib/kube-apiserver.ts';
import { measureLoad } from '../lib/load.ts';
import { measureInRounds, type Subject } from '../lib/rounds.ts';
import { startSameAnswer } from '../lib/same-answer.ts';
import { findServedKinds, type ObjectKind } from '../lib/server.ts';
import { runWrk } from '../lib/wrk.ts';

/** GET of one object over TLS, against a bare Node server that answers the same bytes. */
export const get: Bench = {
  about:
    'GET of one object over TLS, HTTP/1.1 (32 connections) and HTTP/2 (8 × 16 streams); peer: bare node:https, node:http2',
  async run(context) {
    const gateway = await startGateway(context);
    const kube = await startKubeAPIServer(context);
    const kubePath = kube === undefined ? '' : await prepare(kube.api, kube.objects);
    for (const kind of await findServedKinds(gateway.api)) {
      const path = await prepare(gateway.api, kind);
      const answer = await gateway.api.ask(path);
      const bare = await startSameAnswer(context, gateway.dataDir, answer);
      const { headers, address } = gateway.api;
      const target = { context, headers, pid: bare.pid };
      const further = kube === undefined ? [] : ['kube-apiserver'];
      const results = await measureInRounds(
        context,
        [
          overHTTP1({ ...target, name: 'tributary', pid: gateway.pid, url: address + path }, ['bare', ...further]),
          overHTTP1({ ...target, name: 'bare', url: bare.http1 }),
          overHTTP2({ ...target, name: 'tributary', pid: gateway.pid, url: address + path }, [
            'bare, request and response objects',
            'bare, streams',
            ...further,
          ]),
          overHTTP2({ ...target, name: 'bare, request and response objects', url: bare.compat }),
          overHTTP2({ ...target, name: 'bare, streams', url: bare.streams }),
          ...(kube === undefined
            ? []
            : [overHTTP1, overHTTP2].map((over) =>
                over({
                  context,
                  headers: kube.api.headers,
                  name: kube.name,
                  pid: kube.pid,
                  url: kube.api.address + kubePath,
                }),
              )),
        ],
        { warmUp: true },
      );
      context.report.add(`GET of one ${kind.kind}, ${answer.body.length} bytes`, results);
    }
  },
};

/** Makes the object that is read. */
async function prepare(api: API, { path, newObject }: ObjectKind): Promise<string> {
  await api.json(path, { method: 'POST', body: newObject('read-me') });
  return `${path}/read-me`;
}

interface Target {
  readonly context: BenchContext;
  readonly name: string;
  readonly pid: number;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

function overHTTP1({ context, name, pid, url, headers }: Target, against: readonly string[] = []): Subject {
  const { seconds } = context;
  return {
    name: `HTTP/1.1 ${name}`,
    against: against.map((peer) => `HTTP/1.1 ${peer}`),
    measure: () => measureLoad(pid, () => runWrk({ url, headers, seconds, connections: 32 })),
  };
}

function overHTTP2({ context, name, pid, url, headers }: Target, against: readonly string[] = []): Subject {
  const { seconds } = context;
  return {
    name: `HTTP/2 ${name}`,
    against: against.map((peer) => `HTTP/2 ${peer}`),
    measure: () => measureLoad(pid, () => runH2load({ url, headers, seconds, connections: 8, streams: 16 })),
  };
}
