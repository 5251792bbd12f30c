import type { API } from '../lib/api.ts';
import type { Bench, BenchContext } from '../lib/bench.ts';
import { startGateways } from '../lib/gateway.ts';
import { runH2load } from '../lib/h2load.ts';
import { startKubeAPIServer } from '../lib/kube-apiserver.ts';
import { measureLoad } from '../lib/load.ts';
import { measureInRounds, type Subject } from '../lib/rounds.ts';
import { startSameAnswer } from '../lib/same-answer.ts';
import { findServedKinds, type ObjectKind, type Server } from '../lib/server.ts';
import { runWrk } from '../lib/wrk.ts';

/** GET of one object over TLS, against a bare Node server that answers the same bytes. */
export const get: Bench = {
  about:
    'GET of one object over TLS, HTTP/1.1 (32 connections) and HTTP/2 (8 × 16 streams); peer: bare node:https, node:http2',
  async run(context) {
    const gateways = await startGateways(context);
    const [gateway] = gateways;
    const kube = await startKubeAPIServer(context);
    const kubeTarget = kube === undefined ? [] : [await newTarget(kube, kube.objects)];
    const kinds = await findServedKinds(gateway.api);
    // For the difference between two checkouts one kind is enough.
    for (const kind of context.against === undefined ? kinds : kinds.slice(0, 1)) {
      const targets = await Promise.all(gateways.map((each) => newTarget(each, kind)));
      const answer = await gateway.api.ask(`${kind.path}/${name}`);
      const subjects = [...targets, ...kubeTarget].flatMap((target) => newSubjects(context, target));
      if (context.against === undefined) {
        const { pid, http1, compat, streams } = await startSameAnswer(context, gateway.dataDir, answer);
        const bare = { pid, headers: {} };
        subjects.push(
          overHTTP1(context, { ...bare, who: 'bare', url: http1 }),
          overHTTP2(context, { ...bare, who: 'bare, request and response objects', url: compat }),
          overHTTP2(context, { ...bare, who: 'bare, streams', url: streams }),
        );
      }
      const results = await measureInRounds(context, subjects, { warmUp: true });
      context.report.add(`GET of one ${kind.kind}, ${answer.body.length} bytes`, results);
    }
  },
};

/** Of the object that is read. */
const name = 'read-me';

interface Target {
  readonly who: string;
  readonly pid: number;
  readonly url: string;
  readonly headers: API['headers'];
}

/** Makes the object that is read. */
async function newTarget({ name: who, pid, api }: Server, { path, newObject }: ObjectKind): Promise<Target> {
  await api.json(path, { method: 'POST', body: newObject(name) });
  return { who, pid, headers: api.headers, url: `${api.address}${path}/${name}` };
}

function newSubjects(context: BenchContext, target: Target): Subject[] {
  return [overHTTP1(context, target), overHTTP2(context, target)];
}

function overHTTP1({ seconds }: BenchContext, { who, pid, url, headers }: Target): Subject {
  const run = () => runWrk({ url, headers, seconds, connections: 32 });
  return { who, form: 'HTTP/1.1', measure: () => measureLoad(pid, run) };
}

function overHTTP2({ seconds }: BenchContext, { who, pid, url, headers }: Target): Subject {
  const run = () => runH2load({ url, headers, seconds, connections: 8, streams: 16 });
  return { who, form: 'HTTP/2', measure: () => measureLoad(pid, run) };
}
