import { setTimeout as delay } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import t, { type Test } from 'tap';
import { eventually } from '../../testing/eventually.ts';
import { startTLSBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, type ProxyOptions, startProxy } from '../../testing/proxy-fixture.ts';
import { openRawClient, type RawClient } from '../../testing/raw-client.ts';

const pki = await newProxyPKI();
const ca = pki.authority.caPEM;

/** A backend that switches to whatever the last protocol is that it is offered, and echoes. */
async function startEcho(t: Test, transport: ProxyOptions['transport'] = {}) {
  const offers: string[] = [];
  const sockets: TLSSocket[] = [];
  const backend = await startTLSBackend(pki.backendTLS, (socket) => {
    sockets.push(socket);
    let head = '';
    const onData = (chunk: Buffer): void => {
      head += chunk.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', onData);
      const offer = /\r\nUpgrade: ([^\r]*)\r\n/i.exec(head)?.[1] ?? '';
      offers.push(offer);
      socket.write(`HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: ${offer.split(', ').at(-1)}\r\n\r\n`);
      socket.pipe(socket);
    };
    socket.on('data', onData);
  });
  const proxy = await startProxy({ pki, backend, transport });
  t.teardown(async () => {
    await proxy.close();
    await backend.close();
  });
  return { backend, proxy, offers, sockets };
}

function question(protocol: string): string {
  return `GET /exec HTTP/1.1\r\nHost: gw\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`;
}

t.test('only WebSocket and SPDY/3.1 are carried, however spelled', async (t) => {
  const { proxy, offers } = await startEcho(t);
  for (const protocol of ['websocket', 'WebSocket', 'SPDY/3.1', 'spdy/3.1']) {
    const client = await proxy.connect();
    client.send(question(protocol));
    t.match(await client.until('\r\n\r\n'), new RegExp(`^HTTP/1.1 101 [^]*Upgrade: ${protocol}\r\n`, 'i'));
    client.socket.destroy();
  }
  offers.length = 0;
  for (const protocol of [
    'foo',
    'h2c',
    'H2C',
    'h2',
    'HTTP/2.0',
    'TLS/1.3',
    'SPDY/3',
    'SPDY/3.1.1',
    'spdy',
    'websocket/13',
    'WebTransport',
    'connect-udp',
    'x, y',
    'websocket, h2c',
  ]) {
    const client = await proxy.connect();
    client.send(question(protocol));
    t.match(await client.closed, /^HTTP\/1\.1 400 [^]*"kind":"Status"[^]*is not possible/, protocol);
  }
  t.same(offers, [], 'nothing was asked of the backend');
});

t.test('of several protocols the backend is offered those that are carried', async (t) => {
  const { proxy, offers } = await startEcho(t);
  const client = await proxy.connect();
  client.send(question('foo/2, SPDY/3.1, bar,websocket'));
  t.match(await client.until('\r\n\r\n'), /^HTTP\/1\.1 101 [^]*Upgrade: websocket\r\n/i);
  t.same(offers, ['SPDY/3.1, websocket']);
});

for (const protocol of ['websocket', 'SPDY/3.1']) {
  t.test(`a silent tunnel is closed, one that is used is not, ${protocol}`, async (t) => {
    const { backend, proxy, sockets } = await startEcho(t, { tunnelIdleMs: 300 });
    const [silent, asking, told] = [await proxy.connect(), await proxy.connect(), await proxy.connect()];
    for (const client of [silent, asking, told]) {
      client.send(question(protocol));
      await client.until('\r\n\r\n');
    }
    const [, , toldAt] = sockets;
    // Whichever side speaks, the tunnel lives.
    const busy = setInterval(() => {
      asking.send('x');
      toldAt?.write('y');
    }, 30);
    t.teardown(() => clearInterval(busy));
    await silent.closed;
    await eventually('the backend is left', () => backend.open() === 2);
    t.match(await proxy.front.nextOutcome(), { kind: 'completed', status: 101 });
    t.match([asking.socket.destroyed, told.socket.destroyed], [false, false]);
    clearInterval(busy);
    await Promise.all([asking.closed, told.closed]);
    await eventually('nobody is left', () => backend.open() === 0);
  });
}

for (const protocol of ['websocket', 'SPDY/3.1']) {
  for (const slow of ['client', 'backend'] as const) {
    t.test(`a ${slow} that stops reading holds the other one back, and gets everything, ${protocol}`, async (t) => {
      const { proxy, sockets } = await startEcho(t);
      const client = await proxy.connect();
      client.send(question(protocol));
      await client.until('\r\n\r\n');
      const [backend] = sockets;
      if (backend === undefined) throw new Error('the backend has no connection');
      backend.unpipe(backend);
      const [from, to] = slow === 'client' ? [backend, client.socket] : [client.socket, backend];
      let got = 0;
      // What a raw client keeps is a text, which is nothing for so many bytes.
      to.removeAllListeners('data')
        .on('data', (chunk: Buffer) => (got += chunk.length))
        .pause();
      const piece = Buffer.alloc(64 * 1024, 'x');
      const total = 64 * 1024 * 1024;
      let written = 0;
      const write = (): void => {
        while (written < total && !from.writableNeedDrain) {
          written += piece.length;
          from.write(piece);
        }
      };
      from.on('drain', write);
      write();
      let before = -1;
      // Sockets of the kernel take some megabytes each.
      while (written > before) {
        before = written;
        await delay(100);
      }
      t.ok(written < total / 2, `${written} bytes were taken`);
      to.resume();
      await eventually('everything', () => got === total);
    });
  }
}

t.test('hundreds of idle tunnels stand side by side, hold little, and end with the transport', async (t) => {
  const { backend, proxy } = await startEcho(t);
  const clients: RawClient[] = [];
  const before = process.memoryUsage().rss;
  for (let batch = 0; batch < 6; batch++) {
    const opened = Array.from({ length: 40 }, async (_, index) => {
      const client = await openRawClient({ port: proxy.front.port, ca });
      client.send(question(index % 2 === 0 ? 'websocket' : 'SPDY/3.1'));
      await client.until('\r\n\r\n');
      return client;
    });
    clients.push(...(await Promise.all(opened)));
  }
  t.equal(backend.open(), 240);
  const each = (process.memoryUsage().rss - before) / 240;
  // Client, gateway and backend are in this process: four TLS sockets.
  t.ok(each < 600_000, `${Math.round(each / 1000)} kB each`);
  t.comment(`${Math.round(each / 1000)} kB each, all four sockets`);
  clients.forEach((client, index) => client.send(`number ${index}.`));
  await Promise.all(clients.map((client, index) => client.until(`number ${index}.`)));
  t.equal(backend.open(), 240);
  await proxy.transport.destroy();
  await Promise.all(clients.map(({ closed }) => closed));
  await eventually('nobody is left', () => backend.open() === 0);
});
