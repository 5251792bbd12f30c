import { connect } from 'node:http2';
import t from 'tap';
import { startHTTPBackend, startScriptedBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, startProxy } from '../../testing/proxy-fixture.ts';

const pki = await newProxyPKI();
for (const [to, http2] of [
  ['HTTP/1.1', false],
  ['HTTP/2', true],
] as const) {
  void t.test(`to a backend that speaks ${to}`, async (t) => {
    const backend = await startHTTPBackend({
      ...pki.backendTLS,
      http2,
      onRequest: (request, response) => {
        let body = '';
        request.on('data', (chunk: Buffer) => (body += chunk.toString()));
        request.on('end', () => response.end(`${body} ${request.headers['content-length']} ${request.headers.expect}`));
      },
    });
    const proxy = await startProxy({ pki, backend });
    t.teardown(async () => {
      await proxy.close();
      await backend.close();
    });
    const head = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n';

    t.test('the client is told once to go on, and the backend gets the body', async (t) => {
      const client = await proxy.connect();
      client.send(head);
      t.equal(await client.until('\r\n\r\n'), 'HTTP/1.1 100 Continue\r\n\r\n');
      client.send('body');
      const text = await client.until('undefined');
      t.match(text, /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK\r\n[^]*body 4 undefined/);
    });

    t.test('a client that does not wait is served as well', async (t) => {
      const client = await proxy.connect();
      client.send(`${head}body`);
      t.match(await client.until('undefined'), /HTTP\/1.1 200 OK\r\n[^]*body 4 undefined/);
    });

    t.test('on HTTP/2 too', async (t) => {
      const session = connect(`https://localhost:${proxy.front.port}`, { ca: pki.authority.caPEM });
      t.teardown(() => session.destroy());
      const stream = session.request({ ':method': 'POST', expect: '100-continue' }, { endStream: false });
      await new Promise((resolve) => stream.once('continue', resolve));
      stream.end('body');
      t.equal(Buffer.concat(await stream.toArray()).toString(), 'body undefined undefined');
    });

    t.test('a backend that is away costs nobody an upload', async (t) => {
      const gone = await startScriptedBackend(pki.backendTLS, '');
      const lost = await startProxy({ pki, backend: gone });
      t.teardown(() => lost.close());
      await gone.close();
      const client = await lost.connect();
      client.send(head);
      const text = await client.closed;
      t.match(text, /^HTTP\/1.1 503 /, 'no 100 before');
      t.match(text, /\r\nConnection: close\r\n/i, 'because the client may or may not send the body now');
    });
  });
}
