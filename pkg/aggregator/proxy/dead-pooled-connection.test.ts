import type { TLSSocket } from 'node:tls';
import t from 'tap';
import { ask } from '../../testing/ask.ts';
import { eventually } from '../../testing/eventually.ts';
import { startTLSBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, startProxy } from '../../testing/proxy-fixture.ts';

const pki = await newProxyPKI();
const ca = pki.authority.caPEM;
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** How a backend treats a request: the how-manieth it is on its connection, and on which connection. */
type Treatment = (socket: TLSSocket, nth: number, connection: number) => void;

async function backendThat(treat: Treatment) {
  const heads: string[] = [];
  let connections = 0;
  const backend = await startTLSBackend(pki.backendTLS, (socket) => {
    const connection = ++connections;
    let nth = 0;
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (!/^[A-Z]+ [^]*?\r\n\r\n/.test(text)) return;
      heads.push(text.split('\r\n', 1)[0] ?? '');
      text = '';
      treat(socket, ++nth, connection);
    });
  });
  const proxy = await startProxy({ pki, backend });
  t.teardown(async () => {
    await proxy.close();
    await backend.close();
  });
  return { backend, proxy, heads, port: proxy.front.port };
}

t.test('a connection that the backend has closed while idle is not used again', async (t) => {
  const { backend, heads, port } = await backendThat((socket) => socket.write(ok));
  t.equal((await ask({ port, ca })).status, 200);
  backend.cut();
  await eventually('it is closed', () => backend.open() === 0);
  for (const method of ['POST', 'GET', 'DELETE']) t.equal((await ask({ port, ca, method })).status, 200, method);
  t.same(heads.length, 4, 'each was sent once');
});

t.test('a connection that dies just as it is used again costs a GET nothing: it is asked once more', async (t) => {
  for (const death of ['destroy', 'resetAndDestroy'] as const) {
    for (const method of ['GET', 'HEAD']) {
      const { heads, port } = await backendThat((socket, nth) => {
        if (nth === 1) socket.write(ok);
        else if (death === 'destroy') socket.destroy();
        else socket.end();
      });
      t.equal((await ask({ port, ca })).status, 200);
      t.equal((await ask({ port, ca, method })).status, 200, `${method} ${death}`);
      t.same(heads.length, 3);
    }
  }
});

t.test('once more is once: a backend that dies each time is a failure', async (t) => {
  const { heads, port } = await backendThat((socket, nth, connection) => {
    if (nth === 1 && connection === 1) socket.write(ok);
    else socket.destroy();
  });
  await ask({ port, ca });
  t.equal((await ask({ port, ca })).status, 503);
  t.same(heads.length, 3);
});

t.test('what may have had an effect is never sent twice', async (t) => {
  for (const [method, body] of [
    ['POST', '{}'],
    ['POST', undefined],
    ['PUT', '{}'],
    ['PATCH', '{}'],
    ['DELETE', undefined],
    ['OPTIONS', undefined],
    ['GET', 'with a body'],
  ] as const) {
    const { heads, port } = await backendThat((socket, nth) => void (nth === 1 ? socket.write(ok) : socket.destroy()));
    await ask({ port, ca });
    const reply = await ask({ port, ca, method, ...(body === undefined ? {} : { body }) });
    t.equal(reply.status, 503, method);
    t.same(heads.length, 2, method);
  }
});

t.test('a GET whose answer has begun is not asked again', async (t) => {
  for (const begun of ['H', 'HTTP/1.1 200 OK\r\nX-A', 'HTTP/1.1 103 Early Hints\r\n\r\n']) {
    const { heads, port } = await backendThat((socket, nth) => {
      if (nth === 1) socket.write(ok);
      else socket.write(begun, () => socket.destroy());
    });
    await ask({ port, ca });
    t.equal((await ask({ port, ca })).status, 503);
    t.same(heads.length, 2, begun);
  }
});

t.test('a GET on a new connection is not asked again either', async (t) => {
  const { heads, port } = await backendThat((socket) => socket.destroy());
  t.equal((await ask({ port, ca })).status, 503);
  t.same(heads.length, 1);
});

t.test('many dead connections at once do not fail one reader', async (t) => {
  let alive = true;
  const waiting: TLSSocket[] = [];
  const { backend, port } = await backendThat((socket) => {
    if (!alive) {
      socket.write(ok);
    } else if (waiting.push(socket) === 10) {
      for (const each of waiting) each.write(ok);
      alive = false;
    }
  });
  const ten = Array.from({ length: 10 });
  await Promise.all(ten.map(() => ask({ port, ca })));
  t.equal(backend.open(), 10);
  backend.cut();
  const replies = await Promise.all(ten.map(() => ask({ port, ca })));
  t.same(new Set(replies.map(({ status }) => status)), new Set([200]));
});

t.test('a backend that says close is believed', async (t) => {
  const { backend, port } = await backendThat((socket) =>
    socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok'),
  );
  for (let index = 1; index <= 3; index++) {
    t.equal((await ask({ port, ca })).status, 200);
    t.equal(backend.accepted(), index);
  }
});

t.test('connections are shared by requests that follow each other, writes too', async (t) => {
  const { backend, port } = await backendThat((socket) => socket.write(ok));
  for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'GET']) {
    t.equal((await ask({ port, ca, method })).status, 200);
  }
  t.equal(backend.accepted(), 1);
});
