import t from 'tap';
import { newMetrics } from '../../component/metrics/metrics.ts';
import { ask } from '../../testing/ask.ts';
import { eventually } from '../../testing/eventually.ts';
import { startHTTPBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, toSettings } from '../../testing/proxy-fixture.ts';
import { startProxyFront } from '../../testing/proxy-front.ts';
import { openRawClient } from '../../testing/raw-client.ts';
import type { RequestContext } from '../../apiserver/request-context.ts';
import { carry } from '../handlers/carry.ts';
import type { Route } from '../handlers/route.ts';
import { newTransport } from '../proxy/transport.ts';
import type { APIServiceSnapshot } from '../snapshot.ts';
import { newBackendMetrics } from './backend-metrics.ts';

const pki = await newProxyPKI();
const ca = pki.authority.caPEM;
const backend = await startHTTPBackend({
  ...pki.backendTLS,
  onRequest: (request, response) => {
    if (request.url?.startsWith('/die') === true) return request.socket.destroy();
    request.resume().on('end', () => response.end('0123456789'));
    return undefined;
  },
  onUpgrade: (_, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n');
    socket.pipe(socket);
  },
});
const notAfter: number[] = [];
const transport = newTransport(toSettings(pki, backend.port), { onCertificate: (end) => notAfter.push(end) });
const snapshot: APIServiceSnapshot = {
  name: 'v1.a.example',
  group: 'a.example',
  version: 'v1',
  groupPriorityMinimum: 1,
  versionPriority: 1,
  service: { namespace: 'ns', name: 'svc', port: 443 },
  addresses: [],
  transports: [transport],
  availability: { status: 'True', reason: 'Passed', message: '', since: '2026-01-01T00:00:00Z' },
};
const registry = newMetrics();
const metrics = newBackendMetrics(registry);
const contexts: RequestContext[] = [];
const carrying = (context: RequestContext) => {
  contexts.push(context);
  const route: Route = { transport, hasNext: false, advance: () => undefined, ended: () => undefined };
  return carry(context, { snapshot, route, metrics });
};
const front = await startProxyFront({
  serving: pki.serving,
  engine: () => ({
    roundTrip: carrying,
    upgrade: (context, client) => carrying({ ...context, upgrade: { takeSocket: () => client } }),
  }),
});
t.teardown(async () => {
  await transport.destroy();
  await front.close();
  await backend.close();
});
const { port } = front;

const place = 'group="a.example",version="v1"';

/** The samples of a metric, without its labels of place. */
async function samplesOf(name: string): Promise<string[]> {
  const { body } = await registry.render();
  return body
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`))
    .map((line) => line.slice(name.length).replace(place, '').replace('{,', '{'));
}

void t.test('requests to backends are counted, with their phases, bytes and causes', async (t) => {
  await ask({ port, ca, method: 'POST', body: 'abcd' });
  await front.nextOutcome();
  await ask({ port, ca });
  await front.nextOutcome();
  await ask({ port, ca, path: '/die' });
  await front.nextOutcome();
  t.same(await samplesOf('tributary_backend_requests_total'), [
    '{verb="POST",code="200",cause=""} 1',
    '{verb="GET",code="200",cause=""} 1',
    '{verb="GET",code="503",cause="http/CLOSED"} 1',
  ]);
  t.same(await samplesOf('tributary_backend_bytes_total'), ['{direction="request"} 4', '{direction="response"} 20']);
  t.match(await samplesOf('tributary_backend_retries_total'), [/ 1$/], 'the pooled connection died under the last one');
  t.match(await samplesOf('tributary_backend_inflight_requests'), [/ 0$/]);
  const counts = await samplesOf('tributary_backend_request_phase_seconds_count');
  t.same(
    Object.fromEntries(counts.map((line) => [/phase="([\w-]+)"/.exec(line)?.[1], Number(line.split(' ').at(-1))])),
    { queue: 3, connect: 2, tls: 2, 'first-byte': 2, body: 2 },
    'one connection for the first two, one more for the retry',
  );
  t.equal(notAfter.length, 2, 'certificates are seen when a connection is opened');
  t.ok((notAfter[0] ?? 0) > Date.now());
});

void t.test('the access log says what the backend took', async (t) => {
  t.match(contexts[0]?.accessFields?.(), {
    apiService: 'v1.a.example',
    backend: `https://127.0.0.1:${backend.port}`,
    phases: { connect: Number, tls: Number, 'first-byte': Number, body: Number },
    requestBytes: 4,
    responseBytes: 10,
  });
  t.match(contexts[2]?.accessFields?.(), { cause: 'http/CLOSED', retries: 1 });
});

void t.test('tunnels are counted while they are open, and their bytes when they close', async (t) => {
  const client = await openRawClient({ port, ca });
  client.socket.write('GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n');
  let received = '';
  client.socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
  await eventually('the tunnel', () => received.includes('101'));
  t.match(await samplesOf('tributary_backend_tunnels'), [/ 1$/]);
  client.socket.write('hello');
  await eventually('the echo', () => received.endsWith('hello'));
  client.socket.end();
  t.match(await front.nextOutcome(), { kind: 'completed', status: 101 });
  t.match(await samplesOf('tributary_backend_tunnels'), [/ 0$/]);
  t.ok((await samplesOf('tributary_backend_requests_total')).some((line) => line.includes('code="101"')));
});

void t.test('a request for an unavailable service is counted, too', async (t) => {
  metrics.refused(snapshot, { verb: 'LIST', code: 503 });
  t.ok(
    (await samplesOf('tributary_backend_requests_total')).includes('{verb="LIST",code="503",cause="unavailable"} 1'),
  );
});

void t.test('what was counted of a group/version goes with it, once its last request has ended', async (t) => {
  const names = ['requests_total', 'bytes_total', 'retries_total', 'request_phase_seconds_count', 'inflight_requests'];
  const count = async (): Promise<number> => {
    const samples = await Promise.all(names.map((name) => samplesOf(`tributary_backend_${name}`)));
    return samples.flat().length;
  };
  t.ok((await count()) > names.length);
  const client = await openRawClient({ port, ca });
  client.socket.write('GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n');
  let received = '';
  client.socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
  await eventually('the tunnel', () => received.includes('101'));
  metrics.forget(snapshot);
  metrics.forget({ group: 'never.seen', version: 'v1' });
  t.match(await samplesOf('tributary_backend_tunnels'), [/ 1$/], 'it still runs');
  client.socket.end();
  await front.nextOutcome();
  t.equal(await count(), 0);
  t.same(await samplesOf('tributary_backend_tunnels'), []);
  await ask({ port, ca });
  await front.nextOutcome();
  t.match(await samplesOf('tributary_backend_requests_total'), [/code="200",cause=""\} 1$/], 'and begins anew');
});
