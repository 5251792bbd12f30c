import { connect } from 'node:http2';
import t from 'tap';
import { eventually } from '../../testing/eventually.ts';
import { startHTTPBackend, startTCPBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, startProxy } from '../../testing/proxy-fixture.ts';

const pki = await newProxyPKI();
const ca = pki.authority.caPEM;
for (const [to, http2] of [
  ['HTTP/1.1', false],
  ['HTTP/2', true],
] as const) {
  void t.test(`to a backend that speaks ${to}`, async (t) => {
    let watching = 0;
    let uploading = 0;
    let uploaded = 0;
    const backend = await startHTTPBackend({
      ...pki.backendTLS,
      http2,
      onRequest: (request, response) => {
        if (request.method === 'GET' && request.url === '/silent') {
          watching++;
          response.once('close', () => watching--);
        } else if (request.method === 'GET') {
          watching++;
          response.once('close', () => watching--);
          response.writeHead(200, { 'Content-Type': 'application/json' });
          response.write('{"type":"ADDED"}\n');
        } else {
          uploading++;
          request.on('data', (chunk: Buffer) => (uploaded += chunk.length));
          request.on('error', () => {}).once('close', () => uploading--);
        }
      },
    });
    const proxy = await startProxy({ pki, backend });
    t.teardown(async () => {
      await proxy.close();
      await backend.close();
    });

    t.test('watches that clients abort end at the backend at once', async (t) => {
      const clients = await Promise.all(Array.from({ length: 20 }, () => proxy.connect()));
      for (const client of clients) client.send('GET /?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n');
      await Promise.all(clients.map((client) => client.until('"ADDED"')));
      t.equal(watching, 20);
      for (const { socket } of clients) socket.destroy();
      await eventually('no watch is left', () => watching === 0);
      for (const _ of clients) t.same(await proxy.front.nextOutcome(), { kind: 'client-left', status: 200 });
    });

    t.test('a stream that an HTTP/2 client resets ends at the backend, its session goes on', async (t) => {
      const session = connect(`https://localhost:${proxy.front.port}`, { ca });
      t.teardown(() => session.destroy());
      const first = session.request({ ':path': '/?watch=1' });
      const second = session.request({ ':path': '/?watch=2' });
      await Promise.all([first, second].map((stream) => new Promise((resolve) => stream.once('data', resolve))));
      first.on('error', () => {}).close(8);
      await eventually('one watch is left', () => watching === 1);
      t.same(await proxy.front.nextOutcome(), { kind: 'client-left', status: 200 });
      second.on('error', () => {}).close(8);
      await proxy.front.nextOutcome();
    });

    t.test('a client that leaves before the answer takes its request with it', async (t) => {
      const client = await proxy.connect();
      client.send('GET /silent HTTP/1.1\r\nHost: x\r\n\r\n');
      await eventually('the backend waits', () => watching === 1);
      client.socket.destroy();
      await eventually('the backend no longer waits', () => watching === 0);
      t.same(await proxy.front.nextOutcome(), { kind: 'client-left', status: 0 });
    });

    t.test('an upload that breaks off is cut at the backend', async (t) => {
      const client = await proxy.connect();
      client.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nonly this');
      await eventually('the upload has begun', () => uploading === 1 && uploaded === 9);
      client.socket.destroy();
      await eventually('the upload has ended', () => uploading === 0);
      t.same(await proxy.front.nextOutcome(), { kind: 'client-left', status: 0 });
    });

    t.test('an upload that an HTTP/2 client resets is cut at the backend', async (t) => {
      const session = connect(`https://localhost:${proxy.front.port}`, { ca });
      t.teardown(() => session.destroy());
      uploaded = 0;
      const stream = session.request({ ':method': 'PUT', ':path': '/' });
      stream.on('error', () => {}).write('begun');
      await eventually('the upload has begun', () => uploading === 1 && uploaded === 5);
      stream.close(8);
      await eventually('the upload has ended', () => uploading === 0);
      t.match(await proxy.front.nextOutcome(), { kind: 'client-left' });
    });

    t.test('a client that leaves while the connection to the backend is opened leaves nothing behind', async (t) => {
      const silent = await startTCPBackend(() => {});
      const slow = await startProxy({ pki, backend: silent, transport: { connectMs: 500 } });
      t.teardown(async () => {
        await slow.close();
        await silent.close();
      });
      const client = await slow.connect();
      client.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      await eventually('the backend has accepted', () => silent.open() === 1);
      client.socket.destroy();
      t.same(await slow.front.nextOutcome(), { kind: 'client-left', status: 0 });
      await eventually('the connection is given up', () => silent.open() === 0);
    });

    t.test('a server that stops ends its requests with a Status, and cuts those that have begun', async (t) => {
      const stopping = await startProxy({ pki, backend });
      t.teardown(() => stopping.close());
      const [waiting, begun] = [await stopping.connect(), await stopping.connect()];
      waiting.send('GET /silent HTTP/1.1\r\nHost: x\r\n\r\n');
      begun.send('GET /?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n');
      await begun.until('"ADDED"');
      await eventually('both are there', () => watching === 2);
      stopping.front.stop();
      t.match(await waiting.until('"code":503'), /the server is shutting down/);
      await begun.closed;
      t.notMatch(begun.received(), /\r\n0\r\n\r\n/, 'no proper end');
      await eventually('the backend is left', () => watching === 0);
    });
  });
}
