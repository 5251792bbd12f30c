import t, { type Test } from 'tap';
import { ask } from '../../testing/ask.ts';
import { type FakeBackend, startHTTPBackend, startScriptedBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, startProxy } from '../../testing/proxy-fixture.ts';

const pki = await newProxyPKI();
const ca = pki.authority.caPEM;

async function proxyTo(t: Test, backend: FakeBackend) {
  const proxy = await startProxy({ pki, backend });
  t.teardown(async () => {
    await proxy.close();
    await backend.close();
  });
  return proxy;
}

const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';

for (const protocol of ['h1', 'h2'] as const) {
  for (const [when, answer] of [
    ['before the head', ''],
    ['in the head', 'HTTP/1.1 200 OK\r\nContent-Ty'],
  ] as const) {
    for (const method of ['GET', 'POST']) {
      t.test(`death ${when} is a 503 Status that tells the cause, ${method}, ${protocol}`, async (t) => {
        const backend = await startScriptedBackend(pki.backendTLS, answer, (socket) => socket.destroy());
        const proxy = await proxyTo(t, backend);
        const body = method === 'POST' ? { body: '{}' } : {};
        const reply = await ask({ port: proxy.front.port, ca, protocol, method, ...body });
        t.match(reply, { status: 503, cut: false });
        const status = JSON.parse(reply.body.toString()) as object;
        t.match(status, { kind: 'Status', reason: 'ServiceUnavailable', code: 503 });
        t.match(status, { message: /^error trying to reach service: http https:.*closed the connection/ });
        t.match(status, { details: { causes: [{ reason: 'CLOSED' }] } });
        t.match(await proxy.front.nextOutcome(), {
          kind: 'backend-failed',
          status: 503,
          failure: { step: 'http', code: 'CLOSED' },
        });
        t.equal(backend.accepted(), 1, 'not tried again');
      });
    }
  }

  for (const [what, answer] of [
    ['a chunked body', `${head}Transfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n`],
    ['a body of known length', `${head}Content-Length: 100\r\n\r\n{"a":`],
    ['a chunk', `${head}Transfer-Encoding: chunked\r\n\r\nff\r\n{"a":`],
  ] as const) {
    t.test(`death in ${what} cuts the answer, so that nobody takes it for whole, ${protocol}`, async (t) => {
      const proxy = await proxyTo(t, await startScriptedBackend(pki.backendTLS, answer, (socket) => socket.destroy()));
      const reply = await ask({ port: proxy.front.port, ca, protocol });
      t.match(reply, { status: 200, cut: true });
      t.equal(reply.body.toString(), '{"a":');
      t.match(await proxy.front.nextOutcome(), { kind: 'backend-failed', status: 200, failure: { step: 'http' } });
    });

    t.test(`an orderly end in ${what} does so as well, ${protocol}`, async (t) => {
      const proxy = await proxyTo(t, await startScriptedBackend(pki.backendTLS, answer, (socket) => socket.end()));
      t.match(await ask({ port: proxy.front.port, ca, protocol }), { status: 200, cut: true });
    });
  }
}

t.test('death during an upload is a 503', async (t) => {
  const backend = await startHTTPBackend({
    ...pki.backendTLS,
    onRequest: (request) => request.once('data', () => request.socket.destroy()),
  });
  const proxy = await proxyTo(t, backend);
  const reply = await ask({ port: proxy.front.port, ca, method: 'PUT', body: Buffer.alloc(300_000) });
  t.match(reply, { status: 503, cut: false });
});

t.test('nobody there is a 503 that says so, and in plain text to a client that accepts nothing else', async (t) => {
  const backend = await startScriptedBackend(pki.backendTLS, '');
  const proxy = await startProxy({ pki, backend });
  t.teardown(() => proxy.close());
  await backend.close();
  const { port } = proxy.front;
  const reply = await ask({ port, ca });
  t.equal(reply.status, 503);
  const message = `error trying to reach service: connect https://127.0.0.1:${backend.port}: nothing listens on 127.0.0.1:${backend.port} (ECONNREFUSED). Start the service, or correct its address and port.`;
  t.match(JSON.parse(reply.body.toString()), { message, reason: 'ServiceUnavailable' });
  const text = await ask({ port, ca, lines: ['Accept', 'text/plain, text/html;q=0.5'] });
  t.equal(text.body.toString(), `${message}\n`);
  for (const accept of ['text/html, */*', 'application/json', 'application/vnd.kubernetes.protobuf']) {
    const json = await ask({ port, ca, lines: ['Accept', accept] });
    t.match(JSON.parse(json.body.toString()), { kind: 'Status' }, accept);
  }
  t.equal((await ask({ port, ca, method: 'HEAD' })).status, 503);
});
