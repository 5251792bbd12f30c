import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:http2';
import t from 'tap';
import { ask, valuesOf } from '../../testing/ask.ts';
import { eventually } from '../../testing/eventually.ts';
import { startHTTPBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, startProxy } from '../../testing/proxy-fixture.ts';

const pki = await newProxyPKI();
const ca = pki.authority.caPEM;
for (const [to, http2] of [
  ['HTTP/1.1', false],
  ['HTTP/2', true],
] as const) {
  void t.test(`to a backend that speaks ${to}`, async (t) => {
    const backend = await startHTTPBackend({
      ...pki.backendTLS,
      http2,
      onRequest: (request, response) => {
        const { pathname } = new URL(request.url ?? '', 'https://x');
        if (pathname === '/refuse') {
          response.writeHead(413, { 'Content-Length': 9 }).end('too large');
        } else if (pathname === '/talk') {
          response.flushHeaders();
          request.pipe(response);
        } else {
          const framing = `${request.headers['content-length'] ?? '-'} ${request.headers['transfer-encoding'] ?? '-'}`;
          response.setHeader('X-Framing', `${request.method} ${framing}`);
          request.pipe(response);
        }
      },
    });
    const proxy = await startProxy({ pki, backend });
    t.teardown(async () => {
      await proxy.close();
      await backend.close();
    });
    const { port } = proxy.front;
    const large = randomBytes(8 * 1024 * 1024);
    const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

    for (const protocol of ['h1', 'h2'] as const) {
      t.test(`bodies from nothing to megabytes arrive unchanged, ${protocol}`, async (t) => {
        for (const size of [0, 1, 2, 500, 16_384, 65_535, 65_536, 65_537, large.length]) {
          const body = large.subarray(0, size);
          const reply = await ask({ port, ca, protocol, method: 'POST', body });
          t.match(reply, { status: 200, cut: false });
          t.equal(digest(reply.body), digest(body), `${size} bytes`);
        }
      });
    }

    t.test('the length that a client gives is passed on, and a body without one is sent in chunks', async (t) => {
      for (const method of [
        'POST',
        'PUT',
        'PATCH',
        'DELETE',
        'GET',
        'OPTIONS',
        'QUERY',
        'PROPFIND',
        'REPORT',
        'M-SEARCH',
      ]) {
        const known = await ask({ port, ca, method, body: '{"a":1}' });
        t.same(valuesOf(known.lines, 'x-framing'), [`${method} 7 -`]);
        t.equal(known.body.toString(), '{"a":1}');
        const client = await proxy.connect();
        client.send(
          `${method} / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\nX-T: t\r\n\r\n`,
        );
        t.match(await client.closed, new RegExp(`x-framing: ${method} - ${http2 ? '-' : 'chunked'}\r\n[^]*abc`, 'i'));
      }
    });

    t.test('requests without a body get none', async (t) => {
      for (const [method, framing] of [
        ['GET', '- -'],
        ['DELETE', '- -'],
        ['OPTIONS', '- -'],
        ['POST', '0 -'],
        ['TRACE', '- -'],
      ] as const) {
        // Node's client sends an empty chunked body with POST, of which undici makes a length.
        const h1 = http2 ? '- -' : framing;
        t.same(valuesOf((await ask({ port, ca, method })).lines, 'x-framing'), [`${method} ${h1}`]);
        const h2 = await ask({ port, ca, method, protocol: 'h2' });
        t.same(valuesOf(h2.lines, 'x-framing'), [`${method} ${framing}`]);
      }
    });

    t.test(
      'methods that HTTP/2 lets through reach the backend or are refused, and CONNECT is never passed on',
      async (t) => {
        const unknown = await ask({ port, ca, protocol: 'h2', method: 'FROB' });
        t.equal(unknown.status, http2 ? 200 : 400, 'as the backend, Node, says');
        const client = await proxy.connect();
        client.send('CONNECT localhost:1 HTTP/1.1\r\nHost: x\r\n\r\n');
        t.notMatch(await client.closed, /^HTTP\/1.1 2/);
      },
    );

    t.test('framings that servers may read differently are refused', async (t) => {
      for (const lines of [
        'Content-Length: 3\r\nTransfer-Encoding: chunked',
        'Content-Length: 3\r\nContent-Length: 4',
        'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
        'Transfer-Encoding: gzip, chunked',
        'Transfer-Encoding: xchunked',
        'Transfer-Encoding : chunked',
        'Content-Length: +3',
        'Content-Length: 3, 3',
      ]) {
        const client = await proxy.connect();
        client.send(`POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${lines}\r\n\r\n3\r\nabc\r\n0\r\n\r\n`);
        t.match(await client.closed, /^HTTP\/1.1 400 /, lines);
      }
    });

    t.test('both sides can talk at the same time', async (t) => {
      const session = connect(`https://localhost:${port}`, { ca });
      t.teardown(() => session.destroy());
      const stream = session.request({ ':method': 'POST', ':path': '/talk' }, { endStream: false });
      // undici sends the head of a request together with the first bytes of its body.
      stream.write('zero');
      await new Promise((resolve) => stream.once('response', resolve));
      t.equal((await new Promise<Buffer>((resolve) => stream.once('data', resolve))).toString(), 'zero');
      for (const word of ['one', 'two', 'three']) {
        stream.write(word);
        const chunk = await new Promise<Buffer>((resolve) => stream.once('data', resolve));
        t.equal(chunk.toString(), word);
      }
      stream.end();
      await new Promise((resolve) => stream.resume().once('end', resolve));
    });

    t.test('an answer that comes before the upload is over reaches the client, HTTP/1.1', async (t) => {
      const client = await proxy.connect();
      client.send(`POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n${'x'.repeat(100_000)}`);
      t.match(await client.until('too large'), /^HTTP\/1.1 413 /);
      const endless = setInterval(() => client.send('x'.repeat(100_000)), 1);
      await client.closed;
      clearInterval(endless);
      t.pass('an upload that nobody reads is ended');
    });

    t.test('after a short upload that nobody wanted the connection goes on', async (t) => {
      const client = await proxy.connect();
      client.send('POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\n\r\nx');
      await client.until('too large');
      client.send(`${'x'.repeat(19_999)}GET /next HTTP/1.1\r\nHost: x\r\n\r\n`);
      t.match(await client.until(/x-framing: .*\r\n/i), /GET - -/);
    });

    t.test('an answer that comes before the upload is over reaches the client, HTTP/2', async (t) => {
      const session = connect(`https://localhost:${port}`, { ca });
      t.teardown(() => session.destroy());
      const stream = session.request({ ':method': 'POST', ':path': '/refuse' }, { endStream: false });
      const send = (): void => {
        while (!stream.destroyed && stream.write(large.subarray(0, 65_536)));
        if (!stream.destroyed) stream.once('drain', send);
      };
      send();
      const status = await new Promise((resolve) => stream.once('response', (headers) => resolve(headers[':status'])));
      t.equal(status, 413);
      const text = Buffer.concat(await stream.toArray()).toString();
      t.equal(text, 'too large');
      await eventually('the stream is over', () => stream.destroyed);
      t.equal(stream.rstCode, 0, 'NO_ERROR: the answer was whole');
    });

    t.test('compressed bodies pass as they are', async (t) => {
      const body = Buffer.from('1f8b0800', 'hex');
      const reply = await ask({
        port,
        ca,
        method: 'POST',
        body,
        lines: ['Content-Encoding', 'gzip', 'Accept-Encoding', 'gzip'],
      });
      t.same(reply.body, body);
    });

    t.test('small answers to many clients at once do not get mixed up', async (t) => {
      const replies = await Promise.all(
        Array.from({ length: 60 }, (_, index) =>
          ask({ port, ca, protocol: index % 2 === 0 ? 'h1' : 'h2', method: 'POST', body: `number ${index}` }),
        ),
      );
      t.same(
        replies.map(({ body }) => body.toString()),
        replies.map((_, index) => `number ${index}`),
      );
    });
  });
}
