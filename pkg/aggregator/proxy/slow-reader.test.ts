import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'node:http2';
import t from 'tap';
import { eventually } from '../../testing/eventually.ts';
import { startHTTPBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, startProxy } from '../../testing/proxy-fixture.ts';

const total = 64 * 1024 * 1024;
/** What sockets, TLS and streams of this machine may hold on the way. */
const bound = 32 * 1024 * 1024;
const piece = Buffer.alloc(64 * 1024, 'x');

const pki = await newProxyPKI();
for (const [to, http2] of [
  ['HTTP/1.1', false],
  ['HTTP/2', true],
] as const) {
  void t.test(`to a backend that speaks ${to}`, async (t) => {
    let produced = 0;
    let consumed = 0;
    let letRead = (): void => {};
    const backend = await startHTTPBackend({
      ...pki.backendTLS,
      http2,
      onRequest: (request, response) => {
        if (request.method === 'PUT') {
          consumed = 0;
          letRead = () => request.on('data', (chunk: Buffer) => (consumed += chunk.length));
          request.once('end', () => response.end(`${consumed}`));
          return;
        }
        produced = 0;
        response.writeHead(200, { 'Content-Length': total });
        const produce = (): void => {
          while (produced < total) {
            produced += piece.length;
            if (!response.write(piece)) return void response.once('drain', produce);
          }
          response.end();
        };
        produce();
      },
    });
    const proxy = await startProxy({ pki, backend });
    t.teardown(async () => {
      await proxy.close();
      await backend.close();
    });

    /** Waits until a number stands still. */
    async function settled(value: () => number): Promise<number> {
      let before = -1;
      while (before !== value()) {
        before = value();
        await delay(60);
      }
      return before;
    }

    t.test('a client that does not read holds the backend back, and then gets everything, HTTP/1.1', async (t) => {
      const { socket } = await proxy.connect();
      socket.removeAllListeners('data').pause();
      let received = 0;
      socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      await eventually('it flows', () => produced > 0);
      t.ok((await settled(() => produced)) < bound, `${produced} bytes were taken from the backend`);
      socket.on('data', (chunk: Buffer) => (received += chunk.length)).resume();
      await eventually('all has come', () => received > total);
      t.match(await proxy.front.nextOutcome(), { kind: 'completed', status: 200 });
    });

    t.test('on HTTP/2 a stream that is not read holds itself back, and no other', async (t) => {
      const session = connect(`https://localhost:${proxy.front.port}`, { ca: pki.authority.caPEM });
      t.teardown(() => session.destroy());
      const stream = session.request({ ':path': '/' });
      await eventually('it flows', () => produced > 0);
      t.ok((await settled(() => produced)) < bound, `${produced} bytes were taken from the backend`);
      let received = 0;
      stream.on('data', (chunk: Buffer) => (received += chunk.length));
      await eventually('all has come', () => received === total);
    });

    t.test('a client that stops reading and leaves frees the backend', async () => {
      const { socket } = await proxy.connect();
      socket.removeAllListeners('data').pause();
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      await eventually('it flows', () => produced > 0);
      await settled(() => produced);
      const { http1, streams } = proxy.transport.connections;
      socket.destroy();
      await eventually('the backend is free', () =>
        http2 ? proxy.transport.connections.streams < streams : proxy.transport.connections.http1 < http1,
      );
    });

    t.test('a backend that does not read holds the upload back, and then gets everything', async (t) => {
      const client = await proxy.connect();
      let sent = 0;
      const send = (): void => {
        while (sent < total) {
          sent += piece.length;
          if (!client.socket.write(piece)) return void client.socket.once('drain', send);
        }
      };
      client.send(`PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: ${total}\r\n\r\n`);
      send();
      await eventually('it flows', () => sent > 0);
      t.ok((await settled(() => sent)) < bound, `${sent} bytes were taken from the client`);
      letRead();
      t.match(await client.until(`${total}`), '200 OK');
    });

    t.test('a slow writer gets each piece through as it comes', async (t) => {
      const client = await proxy.connect();
      client.send('PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na');
      await eventually('the request is there', () => backend.open() > 0 && consumed === 0);
      await settled(() => consumed);
      letRead();
      for (const [index, letter] of ['', 'b', 'c'].entries()) {
        client.send(letter);
        await eventually(`${index + 1} bytes are there`, () => consumed === index + 1);
      }
      t.match(await client.until(/\r\n\r\n(1\r\n)?3/), '200 OK');
    });
  });
}
