import { setTimeout as delay } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import t, { type Test } from 'tap';
import { ask } from '../../testing/ask.ts';
import { eventually } from '../../testing/eventually.ts';
import { startHTTPBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, toSettings } from '../../testing/proxy-fixture.ts';
import { startProxyFront } from '../../testing/proxy-front.ts';
import { openRawClient } from '../../testing/raw-client.ts';
import type { Transport } from './interface.ts';
import { newTransport } from './transport.ts';

const pki = await newProxyPKI();
const ca = pki.authority.caPEM;

async function startNamed(t: Test, name: string, http2 = false) {
  const subjects: string[] = [];
  let finish = (): void => {};
  const backend = await startHTTPBackend({
    ...pki.backendTLS,
    http2,
    onRequest: (request, response) => {
      const { subject } = (request.socket as TLSSocket).getPeerCertificate();
      subjects.push(String(subject.CN));
      if (request.url !== '/watch') return void response.end(name);
      response.write(`begun at ${name};`);
      finish = () => void response.end(`ended at ${name}`);
    },
  });
  t.teardown(() => backend.close());
  return { backend, subjects, finish: () => finish() };
}

for (const [to, http2] of [
  ['HTTP/1.1', false],
  ['HTTP/2', true],
] as const) {
  t.test(`a request in flight over ${to} ends where it began, when address and certificate change`, async (t) => {
    const first = await startNamed(t, 'first', http2);
    const second = await startNamed(t, 'second', http2);
    const renewed = await pki.authority.client('renewed');
    const old = newTransport(toSettings(pki, first.backend.port));
    const clientCertificate = { cert: renewed.certPEM, key: renewed.keyPEM };
    const next = newTransport(toSettings(pki, second.backend.port, { clientCertificate }));
    let current = old;
    const front = await startProxyFront({ serving: pki.serving, engine: () => current });
    t.teardown(async () => {
      await Promise.all([old.destroy(), next.destroy()]);
      await front.close();
    });
    t.equal((await ask({ port: front.port, ca })).body.toString(), 'first');
    const watcher = await openRawClient({ port: front.port, ca });
    watcher.send('GET /watch HTTP/1.1\r\nHost: x\r\n\r\n');
    await watcher.until('begun at first;');

    current = next;
    let closed = false;
    const closing = old.close().then(() => (closed = true));
    for (let index = 0; index < 3; index++) t.equal((await ask({ port: front.port, ca })).body.toString(), 'second');
    await delay(5);
    t.equal(closed, false, 'the old way stays as long as it is used');
    first.finish();
    await watcher.until('ended at first');
    await closing;
    await eventually('the old connections are closed', () => first.backend.open() === 0);
    t.same(new Set(first.subjects), new Set(['front-proxy-client']));
    t.same(new Set(second.subjects), new Set(['renewed']));
  });
}

t.test(
  'address, certificate and CA change under load, and nothing fails: reads, writes, uploads, both protocols',
  async (t) => {
    const other = await newProxyPKI();
    const origins = await Promise.all(
      [pki, other].map(async (own, index) => {
        const backend = await startHTTPBackend({
          ...own.backendTLS,
          http2: index === 1,
          onRequest: (request, response) => void request.resume().once('end', () => response.end('done')),
        });
        t.teardown(() => backend.close());
        return { own, backend };
      }),
    );
    const open = (turn: number): Transport => {
      const { own, backend } = origins[turn % 2] ?? { own: pki, backend: { port: 0 } };
      return newTransport(toSettings(own, backend.port));
    };
    let current = open(0);
    const front = await startProxyFront({ serving: pki.serving, engine: () => current });
    t.teardown(() => front.close());
    const working = { now: true };
    const failures: unknown[] = [];
    let count = 0;
    const work = async (protocol: 'h1' | 'h2', body: string | undefined): Promise<void> => {
      const method = body === undefined ? 'GET' : 'POST';
      for (; working.now; count++) {
        const reply = await ask({ port: front.port, ca, protocol, method, ...(body === undefined ? {} : { body }) });
        if (reply.status !== 200 || reply.cut || reply.body.toString() !== 'done') failures.push(reply);
      }
    };
    const all = [work('h1', undefined), work('h2', undefined), work('h1', '{}'), work('h2', 'x'.repeat(200_000))];
    const closing: Promise<void>[] = [];
    for (let turn = 1; turn <= 8; turn++) {
      const before = count;
      await eventually('work goes on', () => count > before + 5);
      closing.push(current.close());
      current = open(turn);
    }
    working.now = false;
    await Promise.all(all);
    t.same(failures, []);
    await Promise.all(closing);
    // The registration is deleted: what runs ends, and then nothing is open.
    await current.close();
    await eventually('nothing is open', () => origins.every(({ backend }) => backend.open() === 0));
  },
);

t.test('what runs when a registration is deleted runs to its end', async (t) => {
  const named = await startNamed(t, 'deleted', true);
  const transport = newTransport(toSettings(pki, named.backend.port));
  const front = await startProxyFront({ serving: pki.serving, engine: () => transport });
  t.teardown(() => front.close());
  const watcher = await openRawClient({ port: front.port, ca });
  watcher.send('GET /watch HTTP/1.1\r\nHost: x\r\n\r\n');
  await watcher.until('begun at deleted;');
  const closed = transport.close();
  named.finish();
  await watcher.until('ended at deleted');
  await closed;
  t.match(await front.nextOutcome(), { kind: 'completed', status: 200 });
  await eventually('nothing is open', () => named.backend.open() === 0);
});

t.test('a request that comes when its transport is closed already gets a Status', async (t) => {
  const { backend } = await startNamed(t, 'gone');
  const transport = newTransport(toSettings(pki, backend.port));
  await transport.close();
  const front = await startProxyFront({ serving: pki.serving, engine: () => transport });
  t.teardown(() => front.close());
  const reply = await ask({ port: front.port, ca, method: 'PUT', body: '{}' });
  t.equal(reply.status, 503);
  t.match(JSON.parse(reply.body.toString()), { kind: 'Status', message: /TRANSPORT_CLOSED/ });
});

t.test('destroying a transport ends what runs: a Status before the answer, a cut in the middle', async (t) => {
  const { backend, subjects } = await startNamed(t, 'short');
  const http2 = await startNamed(t, 'multiplexed', true);
  const silent = await startHTTPBackend({ ...pki.backendTLS, onRequest: () => void subjects.push('silent') });
  t.teardown(() => silent.close());
  for (const [where, path, status, cut] of [
    [backend, '/watch', 200, true],
    [http2.backend, '/watch', 200, true],
    [silent, '/', 503, false],
  ] as const) {
    const transport = newTransport(toSettings(pki, where.port));
    const front = await startProxyFront({ serving: pki.serving, engine: () => transport });
    t.teardown(() => front.close());
    subjects.length = 0;
    http2.subjects.length = 0;
    const reply = ask({ port: front.port, ca, path });
    await eventually('it runs', () => subjects.length + http2.subjects.length > 0);
    // The first bytes of the answer are on their way.
    await delay(100);
    await transport.destroy();
    t.match(await reply, { status, cut });
    await eventually('nothing is open', () => where.open() === 0);
  }
});
