import { createServer as createHTTPServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import type { ServerResponse } from 'node:http';
import t, { type Test } from 'tap';
import { eventually } from '../../testing/eventually.ts';
import { type FakeBackend, startHTTPBackend, startTCPBackend } from '../../testing/fake-backend.ts';
import { newTestAuthority } from '../../testing/pki.ts';
import { newTransport } from '../proxy/transport.ts';
import { type AggregatorFixture, startAggregator } from '../testing/aggregator-fixture.ts';

// Each test mostly waits.
t.jobs = 5;

const authority = await newTestAuthority();
const serving = await authority.serving(['svc.ns.svc', 'localhost']);
const front = await authority.client('front-proxy-client');

/** An aggregator with real transports that trusts the authority of this file. */
async function start(t: Test): Promise<AggregatorFixture> {
  const credentials = { gatewayCA: authority.caPEM, clientCertificate: { cert: front.certPEM, key: front.keyPEM } };
  const fixture = await startAggregator({ newTransport, credentials });
  t.teardown(() => fixture.stop());
  return fixture;
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  const bytes = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(bytes);
}

const resourceList = { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: 'g.example/v1', resources: [] };

async function startHealthy(t: Test, delayMs = 0): Promise<FakeBackend> {
  const backend = await startHTTPBackend({
    serving,
    onRequest: (_, response) => void setTimeout(() => answer(response, 200, resourceList), delayMs),
  });
  t.teardown(() => backend.close());
  return backend;
}

/** Accepts every connection and never says a word. */
async function startBlackHole(t: Test): Promise<FakeBackend> {
  const backend = await startTCPBackend(() => undefined);
  t.teardown(() => backend.close());
  return backend;
}

function messageOf({ aggregator }: AggregatorFixture, name: string): string {
  return aggregator.describe().find((each) => each.name === name)?.message ?? '';
}

function stateOf({ aggregator }: AggregatorFixture, name: string): string {
  return aggregator.describe().find((each) => each.name === name)?.state ?? '';
}

/** A port that nothing listens on. */
async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

t.test('each way of being broken is told apart', { buffered: true }, async (t) => {
  const fixture = await start(t);
  const [foreign, wrongName, expired] = await Promise.all([
    newTestAuthority().then((other) => other.serving(['svc.ns.svc'])),
    authority.serving(['other.example', 'www.example']),
    authority.serving(['svc.ns.svc'], { validity: 'expired' }),
  ]);
  const plain = createHTTPServer((_, response) => response.end('plain'));
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
  t.teardown(() => plain.close());
  const over = async (certificate: typeof serving, status = 200, body: unknown = resourceList): Promise<number> => {
    const backend = await startHTTPBackend({
      serving: certificate,
      onRequest: (_, response) => answer(response, status, body),
    });
    t.teardown(() => backend.close());
    return backend.port;
  };
  const cases: readonly [string, number, RegExp][] = [
    [
      'refused',
      await findFreePort(),
      /^connect https:\/\/127\.0\.0\.1:\d+: nothing listens on .*; expected a service that listens on .*\. Start the service/,
    ],
    ['silent', (await startBlackHole(t)).port, /^(http|tls) https:.*(no answer|did not end) within/],
    ['foreign', await over(foreign), /^tls .*a certificate .*; expected a certificate signed by a CA .*caBundle/],
    [
      'wrong-name',
      await over(wrongName),
      /^tls .*for other\.example, www\.example, not for svc\.ns\.svc or 127\.0\.0\.1/,
    ],
    ['expired', await over(expired), /^tls .*expired on/],
    ['plain', (plain.address() as AddressInfo).port, /^tls .*not TLS/],
    ['error', await over(serving, 500, 'oops'), /^status .*was answered with 500; expected 2xx/],
    ['redirect', await over(serving, 302), /^status .*302.*redirects are not followed/],
    ['garbage', await over(serving, 200, '<html>'), /^content .*something else than a JSON object/],
    [
      'other-kind',
      await over(serving, 200, { kind: 'Status' }),
      /^content .*kind "Status"; expected .*APIResourceList/,
    ],
    ['healthy', await over(serving), /^all checks passed$/],
  ];
  for (const [group, port] of cases) {
    await fixture.register({ name: `v1.${group}`, port, ...(group === 'refused' && { host: '127.0.0.1' }) });
  }
  await eventually('every verdict', () =>
    fixture.aggregator.list().every(({ availability }) => availability.status !== 'Unknown'),
  );
  for (const [group, , expected] of cases) {
    // On a busy machine a probe may run out of time before it has found out what is wrong; the next one does.
    await eventually(`the verdict on ${group}`, () => expected.test(messageOf(fixture, `v1.${group}`)));
    t.match(messageOf(fixture, `v1.${group}`), expected, group);
    t.equal(stateOf(fixture, `v1.${group}`), group === 'healthy' ? 'Available' : 'Unavailable', group);
  }
});

t.test('healthy services do not wait for dead ones', { buffered: true }, async (t) => {
  const fixture = await start(t);
  const healthy = await Promise.all(Array.from({ length: 20 }, () => startHealthy(t)));
  const dead = await Promise.all(Array.from({ length: 20 }, () => startBlackHole(t)));
  const startedAt = performance.now();
  for (const [index, { port }] of dead.entries()) {
    await fixture.register({ name: `v1.dead${index}`, port, ...(index === 0 && { host: '127.0.0.1' }) });
    await fixture.register({ name: `v1.healthy${index}`, port: healthy[index]?.port ?? 0 });
  }
  const count = (state: string): number => fixture.aggregator.describe().filter((each) => each.state === state).length;
  await eventually('all healthy ones', () => count('Available') === 20);
  t.ok(performance.now() - startedAt < 4000, `${performance.now() - startedAt} ms`);
  await eventually('all dead ones', () => count('Unavailable') === 20);
  await eventually(
    'their discovery',
    () => [...fixture.discovery.values()].filter(({ discovery }) => discovery.freshness === 'Current').length === 20,
  );
});

t.test(
  'a service that stops answering on open connections is noticed, and so is its return',
  { buffered: true },
  async (t) => {
    const fixture = await start(t);
    let answers = true;
    const held: ServerResponse[] = [];
    const backend = await startHTTPBackend({
      serving,
      onRequest: (_, response) => {
        if (answers) answer(response, 200, resourceList);
        else held.push(response);
      },
    });
    t.teardown(() => backend.close());
    await fixture.register({ name: 'v1.g', host: '127.0.0.1', port: backend.port });
    await eventually('available', () => stateOf(fixture, 'v1.g') === 'Available');
    answers = false;
    const silentSince = performance.now();
    await eventually('unavailable', () => stateOf(fixture, 'v1.g') === 'Unavailable');
    const noticedAfter = performance.now() - silentSince;
    t.ok(noticedAfter < 4000, `${noticedAfter} ms`);
    answers = true;
    const backSince = performance.now();
    await eventually('available again', () => stateOf(fixture, 'v1.g') === 'Available');
    t.ok(performance.now() - backSince < 4000);
  },
);

t.test('a service that is restarted on its port is available within a second', { buffered: true }, async (t) => {
  const fixture = await start(t);
  const first = await startHealthy(t);
  await fixture.register({ name: 'v1.g', host: 'localhost', port: first.port });
  await eventually('available', () => stateOf(fixture, 'v1.g') === 'Available');
  await first.close();
  await eventually('unavailable', () => stateOf(fixture, 'v1.g') === 'Unavailable');
  const { createServer: createHTTPSServer } = await import('node:https');
  const tls = { cert: serving.certPEM, key: serving.keyPEM };
  const second = createHTTPSServer(tls, (_, response) => answer(response, 200, resourceList));
  t.teardown(() => second.close(() => undefined).closeAllConnections());
  await new Promise<void>((resolve) => second.listen(first.port, '127.0.0.1', resolve));
  const startedAt = performance.now();
  await eventually('available again', () => stateOf(fixture, 'v1.g') === 'Available');
  t.ok(performance.now() - startedAt < 4000, `${performance.now() - startedAt} ms`);
});

t.test('a slow service stays available', { buffered: true }, async (t) => {
  const fixture = await start(t);
  const { port } = await startHealthy(t, 500);
  await fixture.register({ name: 'v1.g', host: '127.0.0.1', port });
  const states: string[] = [];
  fixture.aggregator.subscribe(({ current }) => states.push(current?.availability.status ?? ''));
  await eventually(
    'some probes',
    () => performance.now() > 0 && states.length > 0 && fixture.discovery.get('v1.g')?.discovery !== undefined,
  );
  const until = performance.now() + 2200;
  await eventually('some rounds', () => performance.now() > until);
  t.notOk(states.includes('False'), states.join());
});
