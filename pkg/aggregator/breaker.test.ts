import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { startAPIServer } from '../testing/api-server-fixture.ts';
import { eventually } from '../testing/eventually.ts';
import { startHTTPBackend } from '../testing/fake-backend.ts';
import { newTestAuthority } from '../testing/pki.ts';
import { newProxyDelegate } from './handlers/proxy.ts';
import { newTransport } from './proxy/transport.ts';
import { startAggregator } from './testing/aggregator-fixture.ts';

const name = 'v1.a.example';
const discovery = JSON.stringify({ kind: 'APIResourceList', resources: [] });

t.test('requests to a service that answers its probes and nothing else are refused at once', async (t) => {
  const authority = await newTestAuthority();
  const held: string[] = [];
  const backend = await startHTTPBackend({
    serving: await authority.serving(['svc.ns.svc']),
    onRequest: ({ url = '' }, response) => {
      if (url === '/apis/a.example/v1') response.setHeader('Content-Type', 'application/json').end(discovery);
      else if (url.includes('/things')) held.push(url);
      else response.writeHead(404).end('{}');
    },
  });
  t.teardown(() => backend.close());
  const fixture = await startAggregator({ newTransport, credentials: { gatewayCA: authority.caPEM } });
  t.teardown(() => fixture.stop());
  const { aggregator } = fixture;
  const { admin } = await startAPIServer(t, {
    prepare: (server) => server.addDelegate(newProxyDelegate({ aggregator, requestTimeoutMs: 1200 })),
  });
  await fixture.register({ name, host: '127.0.0.1', port: backend.port });
  await eventually('available', () => aggregator.list()[0]?.availability.status === 'True');
  const ask = () => admin.get('/apis/a.example/v1/things');

  const slow = await Promise.all(
    Array.from({ length: 7 }, async (_, index) => {
      await pause(index * 250);
      return (await ask()).status;
    }),
  );
  t.equal(slow[0], 504);
  await eventually('it is refused', () => aggregator.list()[0]?.transports.length === 0);
  held.length = 0;
  const startedAt = performance.now();
  const answers = await Promise.all(Array.from({ length: 50 }, ask));
  t.ok(performance.now() - startedAt < 1000, `${performance.now() - startedAt} ms`);
  t.same(new Set(answers.map(({ status }) => status)), new Set([503]));
  t.match(answers[0]?.json, {
    kind: 'Status',
    reason: 'ServiceUnavailable',
    message:
      /^APIService v1\.a\.example is unavailable since .* \(FailedDiscoveryCheck\): http .*no answer within 1200 ms.* Probes pass and/,
  });
  t.same(held, [], 'the backend has nothing more to do');
  await eventually('the condition', () => aggregator.describe()[0]?.state === 'Unavailable');
  t.equal(aggregator.describe()[0]?.health?.addresses[0]?.breaker, 'open');
});
