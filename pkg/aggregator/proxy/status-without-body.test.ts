import t, { type Test } from 'tap';
import { ask, valuesOf } from '../../testing/ask.ts';
import { startHTTPBackend, startScriptedBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, startProxy } from '../../testing/proxy-fixture.ts';

const pki = await newProxyPKI();
const ca = pki.authority.caPEM;

/** A proxy in front of a backend that answers with these bytes and then does `next`. */
async function scripted(t: Test, answer: string, next?: Parameters<typeof startScriptedBackend>[2]) {
  const backend = await startScriptedBackend(pki.backendTLS, answer, next);
  const proxy = await startProxy({ pki, backend });
  t.teardown(async () => {
    await proxy.close();
    await backend.close();
  });
  return proxy;
}

for (const protocol of ['h1', 'h2'] as const) {
  t.test(`answers without a body pass, ${protocol}`, async (t) => {
    const backend = await startHTTPBackend({
      ...pki.backendTLS,
      onRequest: (request, response) => {
        const status = Number(new URL(request.url ?? '', 'https://x').searchParams.get('status'));
        response.writeHead(status, status === 200 ? { 'Content-Length': 7, ETag: '"x"' } : { ETag: '"x"' }).end();
      },
    });
    const proxy = await startProxy({ pki, backend });
    t.teardown(async () => {
      await proxy.close();
      await backend.close();
    });
    const { port } = proxy.front;
    for (const [method, status] of [
      ['HEAD', 200],
      ['HEAD', 404],
      ['GET', 204],
      ['DELETE', 204],
      ['GET', 304],
    ] as const) {
      const reply = await ask({ port, ca, protocol, method, path: `/?status=${status}` });
      t.match(reply, { status, cut: false, informational: [] }, `${method} ${status}`);
      t.equal(reply.body.length, 0);
      t.same(valuesOf(reply.lines, 'etag'), ['"x"']);
      t.same(await proxy.front.nextOutcome(), { kind: 'completed', status });
    }
    const head = await ask({ port, ca, protocol, method: 'HEAD', path: '/?status=200' });
    t.same(valuesOf(head.lines, 'content-length'), ['7'], 'HEAD tells the length of what GET would give');
  });

  t.test(`a body without a length ends with the connection, ${protocol}`, async (t) => {
    const proxy = await scripted(t, 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nall of it', (socket) =>
      socket.end(),
    );
    const reply = await ask({ port: proxy.front.port, ca, protocol });
    t.match(reply, { status: 200, cut: false });
    t.equal(reply.body.toString(), 'all of it');
  });

  t.test(`an answer in HTTP/1.0 passes, ${protocol}`, async (t) => {
    const proxy = await scripted(t, 'HTTP/1.0 200 Fine\r\nX-A: b\r\n\r\nold', (socket) => socket.end());
    const reply = await ask({ port: proxy.front.port, ca, protocol });
    t.match(reply, { status: 200, cut: false });
    t.equal(reply.body.toString(), 'old');
  });

  t.test(`trailers pass, those about framing do not, ${protocol}`, async (t) => {
    const proxy = await scripted(
      t,
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n3\r\nabc\r\n0\r\nX-T: 1\r\nX-T: 2\r\nKeep-Alive: 9\r\nUpgrade: x\r\n\r\n',
    );
    const reply = await ask({ port: proxy.front.port, ca, protocol });
    t.equal(reply.body.toString(), 'abc');
    t.same(valuesOf(reply.lines, 'trailer'), ['X-T']);
    t.equal(valuesOf(reply.trailers, 'x-t').join(', '), '1, 2');
    t.same(
      reply.trailers.filter((name) => /keep-alive|upgrade/.test(name)),
      [],
    );
  });

  t.test(`early hints and other 1xx answers come before the answer, ${protocol}`, async (t) => {
    const proxy = await scripted(
      t,
      'HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\nLink: </y>; rel=preload\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
    );
    const reply = await ask({ port: proxy.front.port, ca, protocol });
    t.match(reply, { status: 200, cut: false });
    t.same(reply.informational, [103, 102]);
    t.equal(reply.body.toString(), 'ok');
  });

  t.test(`a hint that Node cannot send is left out, ${protocol}`, async (t) => {
    const proxy = await scripted(
      t,
      'HTTP/1.1 103 Early Hints\r\nLink: caf\u00e9\u0080 ???\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
    );
    t.match(await ask({ port: proxy.front.port, ca, protocol }), { status: 200, cut: false });
  });
}

t.test('a 100 that nobody asked for is a failure and harms nothing else', async (t) => {
  const proxy = await scripted(t, 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  t.match(await ask({ port: proxy.front.port, ca }), { status: 503 });
});

t.test('a length on 204 is no body, and the client is not told of it', async (t) => {
  const proxy = await scripted(t, 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n');
  const reply = await ask({ port: proxy.front.port, ca, protocol: 'h2' });
  t.match(reply, { status: 204, cut: false });
  t.same(valuesOf(reply.lines, 'content-length'), []);
});

t.test('a client of HTTP/1.0 gets the body, and no trailers', async (t) => {
  const proxy = await scripted(
    t,
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n',
  );
  const client = await proxy.connect();
  client.send('GET / HTTP/1.0\r\nHost: x\r\n\r\n');
  const text = await client.closed;
  t.match(text, /^HTTP\/1.1 200 OK\r\n[^]*\r\n\r\nabc$/);
  t.notMatch(text, /Trailer/i);
});
