import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { ask } from '../../testing/ask.ts';
import { eventually } from '../../testing/eventually.ts';
import { type FakeBackend, startScriptedBackend, startTCPBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, type ProxyOptions, startProxy } from '../../testing/proxy-fixture.ts';

const pki = await newProxyPKI();
const ca = pki.authority.caPEM;

async function proxyTo(t: Test, backend: FakeBackend, options: Partial<ProxyOptions> = {}) {
  const proxy = await startProxy({ pki, backend, ...options });
  t.teardown(async () => {
    await proxy.close();
    await backend.close();
  });
  return proxy;
}

for (const protocol of ['h1', 'h2'] as const) {
  t.test(`a backend that does not answer in time is a 504, and left, ${protocol}`, async (t) => {
    const backend = await startScriptedBackend(pki.backendTLS, '');
    const proxy = await proxyTo(t, backend, { options: { timeoutMs: 60 } });
    const reply = await ask({ port: proxy.front.port, ca, protocol });
    t.match(reply, { status: 504, cut: false });
    t.match(JSON.parse(reply.body.toString()), {
      kind: 'Status',
      reason: 'Timeout',
      message: /^Timeout: request did not complete within the allotted timeout: http https:.* no answer within 60 ms/,
    });
    t.match(await proxy.front.nextOutcome(), { kind: 'backend-failed', status: 504, failure: { code: 'TIMEOUT' } });
    await eventually('the connection is gone', () => backend.open() === 0);
  });
}

t.test('half a head is no answer', async (t) => {
  const backend = await startScriptedBackend(pki.backendTLS, 'HTTP/1.1 200 OK\r\nContent-Type: a');
  const proxy = await proxyTo(t, backend, { options: { timeoutMs: 60 } });
  t.match(await ask({ port: proxy.front.port, ca, method: 'POST', body: '{}' }), { status: 504, cut: false });
});

t.test('the time is for the head alone: a body may take longer', async (t) => {
  const backend = await startScriptedBackend(
    pki.backendTLS,
    'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab',
    (socket) => {
      void delay(700).then(() => socket.write('cd'));
    },
  );
  const proxy = await proxyTo(t, backend, { options: { timeoutMs: 600 } });
  const reply = await ask({ port: proxy.front.port, ca });
  t.match(reply, { status: 200, cut: false });
  t.equal(reply.body.toString(), 'abcd');
});

t.test('a backend that accepts and never speaks TLS is a 503 after the connect time', async (t) => {
  const backend = await startTCPBackend(() => {});
  const proxy = await proxyTo(t, backend, { transport: { connectMs: 60 } });
  const reply = await ask({ port: proxy.front.port, ca });
  t.equal(reply.status, 503);
  t.match(await proxy.front.nextOutcome(), { failure: { step: 'tls', code: 'TIMEOUT' } });
  await eventually('the connection is given up', () => backend.open() === 0);
});

t.test('the deadline also ends the wait for a connection', async (t) => {
  const backend = await startTCPBackend(() => {});
  const proxy = await proxyTo(t, backend, { options: { timeoutMs: 40 }, transport: { connectMs: 200 } });
  t.match(await ask({ port: proxy.front.port, ca }), { status: 504 });
});

t.test('a watch has no deadline, and its head comes before its first event', async (t) => {
  const backend = await startScriptedBackend(
    pki.backendTLS,
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
    (socket) => {
      socket.once('data', () => socket.write('0\r\n\r\n'));
      void delay(80).then(() => socket.write('3\r\n{}\n\r\n'));
    },
  );
  const proxy = await proxyTo(t, backend);
  const client = await proxy.connect();
  client.send('GET /?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n');
  t.notMatch(await client.until('\r\n\r\n'), '{}', 'the head alone');
  t.match(await client.until('{}\n'), '3\r\n{}\n\r\n');
});
