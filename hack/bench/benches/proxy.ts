import { join } from 'node:path';
import type { Bench, BenchContext } from '../lib/bench.ts';
import { type Gateway, startGateways } from '../lib/gateway.ts';
import { runH2load } from '../lib/h2load.ts';
import { measureLoad } from '../lib/load.ts';
import { type Nginx, startNginx } from '../lib/nginx.ts';
import { hasProgram } from '../lib/programs.ts';
import { issueBackendPair, register, untilJudged } from '../lib/registration.ts';
import { parseJSONLine, startProcess } from '../lib/processes.ts';
import { measureInRounds, type Subject } from '../lib/rounds.ts';
import { servingPair } from '../lib/same-answer.ts';
import { runWrk } from '../lib/wrk.ts';
import { checkAbortedWatches } from './aborted-watches.ts';

const group = 'proxy.bench.example.com';
const version = 'v1';

/** Of the object behind the proxy. */
export const path: string = `/apis/${group}/${version}/namespaces/default/things/one`;

/** The way of an aggregated request, against nginx on the same core in front of the same backend. */
export const proxy: Bench = {
  about:
    'GET of half a kilobyte through the gateway, TLS on both sides, keep-alive; peers: nginx and a bare proxy of undici on the same core',
  async run(context) {
    if (!hasProgram('nginx')) throw new Error('nginx is missing: apt-get install nginx-light');
    const gateways = await startGateways(context);
    const [gateway] = gateways;
    const pair = await issueBackendPair(gateway.dataDir);
    const backend = await startBehind(context, gateways, pair);
    const targets: Target[] = gateways.map(({ api, pid, name }) => ({
      who: name,
      pid,
      url: api.address + path,
      headers: api.headers,
    }));
    if (context.against === undefined) {
      const { headers } = gateway.api;
      const peer = await startPeer(context, gateway, backend);
      targets.push({ who: 'nginx', pid: peer.pid, url: `https://127.0.0.1:${peer.port}${path}`, headers });
      const bare = await startBareProxy(context, gateway, backend);
      targets.push({ who: 'bare undici', ...bare, headers });
      targets.push({ who: 'no proxy', pid: backend.pid, url: `https://127.0.0.1:${backend.port}${path}`, headers });
    }
    const subjects = targets.flatMap((target) => newSubjects(context, target));
    context.report.add('GET through the proxy, 500 bytes', await measureInRounds(context, subjects, { warmUp: true }));
    await checkAbortedWatches(context, gateway, pair);
  },
};

/** Starts a backend with a certificate and registers it with gateways. */
export async function startBehind(
  context: BenchContext,
  gateways: readonly [Gateway, ...Gateway[]],
  pair: readonly [string, string],
): Promise<Nginx> {
  const backend = await startBackend(context, pair);
  const caFile = join(gateways[0].dataDir, 'pki/ca.crt');
  for (const { api } of gateways) {
    await register(api, [{ group, version, port: backend.port, caFile }]);
    if ((await untilJudged(api)) !== 1) throw new Error('the backend is not available through the gateway');
  }
  return backend;
}

/** A backend that costs next to nothing, beside the clients. */
function startBackend(context: BenchContext, certificate: readonly [string, string]): Promise<Nginx> {
  const object = { kind: 'Thing', apiVersion: `${group}/${version}`, metadata: { name: 'one', namespace: 'default' } };
  const body = JSON.stringify({ ...object, spec: { padding: 'x'.repeat(500 - JSON.stringify(object).length - 24) } });
  const list = JSON.stringify({
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: `${group}/${version}`,
    resources: [],
  });
  const server = `
    default_type application/json;
    location = ${path} { return 200 '${body}'; }
    location = /apis/${group}/${version} { return 200 '${list}'; }
    location / { return 404 '{}'; }`;
  return startNginx(context, { place: 'load', certificate, server });
}

/** nginx, doing what it can of what the gateway does: TLS with a client certificate to the backend, an identity header. */
function startPeer(context: BenchContext, { dataDir }: Gateway, backend: Nginx): Promise<Nginx> {
  const http = `upstream backend { server 127.0.0.1:${backend.port}; keepalive 64; keepalive_requests 1000000000; }`;
  const server = `
    location / {
      proxy_pass https://backend;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Authorization "";
      proxy_set_header X-Remote-User bench;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_ssl_certificate ${dataDir}/pki/front-proxy-client.crt;
      proxy_ssl_certificate_key ${dataDir}/pki/front-proxy-client.key;
      proxy_ssl_trusted_certificate ${dataDir}/pki/ca.crt;
      proxy_ssl_name localhost;
      proxy_ssl_verify on;
    }`;
  return startNginx(context, { place: 'measured', certificate: servingPair(dataDir), http, server });
}

/** What Node can do at best. */
async function startBareProxy(
  context: BenchContext,
  { dataDir }: Gateway,
  backend: Nginx,
): Promise<Omit<Target, 'who' | 'headers'>> {
  const pki = (name: string): string => join(dataDir, 'pki', name);
  const files = [...servingPair(dataDir), pki('front-proxy-client.crt'), pki('front-proxy-client.key'), pki('ca.crt')];
  const { pid, ready } = await startProcess(context.scope, {
    name: 'bare proxy',
    place: 'measured',
    command: [process.execPath, 'hack/bench/peers/bare-proxy.ts', ...files, `https://127.0.0.1:${backend.port}`],
    parseReady: parseJSONLine<Record<'http1' | 'http2', number>>('http1'),
  });
  const toURL = (port: number): string => `https://127.0.0.1:${port}${path}`;
  return { pid, url: toURL(ready.http1), http2URL: toURL(ready.http2) };
}

interface Target {
  readonly who: string;
  readonly pid: number;
  readonly url: string;
  /** Where HTTP/2 has a port of its own. */
  readonly http2URL?: string;
  readonly headers: Readonly<Record<string, string>>;
}

function newSubjects({ seconds }: BenchContext, { who, pid, url, http2URL = url, headers }: Target): Subject[] {
  const load = { url, headers, seconds };
  const runs = {
    'HTTP/1.1, 32 connections': () => runWrk({ ...load, connections: 32 }),
    'HTTP/1.1, 1 connection': () => runWrk({ ...load, connections: 1 }),
    'HTTP/2, 8 × 8 streams': () => runH2load({ ...load, url: http2URL, connections: 8, streams: 8 }),
  };
  return Object.entries(runs).map(([form, run]) => ({
    who,
    form,
    measure: () => measureLoad(pid, run),
  }));
}
