import { createHash } from 'node:crypto';
import { connect } from 'node:http2';
import t, { type Test } from 'tap';
import { ask } from '../../testing/ask.ts';
import { eventually } from '../../testing/eventually.ts';
import { newProxyPKI } from '../../testing/proxy-fixture.ts';
import {
  type Frame,
  frameFlags,
  frameTypes,
  type RawHTTP2Connection,
  type RawHTTP2Script,
} from '../../testing/raw-http2-backend.ts';
import { type ScriptedProxy, startScriptedProxy } from '../../testing/scripted-http2-proxy.ts';

const { endStream } = frameFlags;
const pki = await newProxyPKI();
const ca = pki.authority.caPEM;
const ok = [':status', '200'];
const refused = 7;

/** A backend that does this to the heads that come, which are counted, and a proxy before it. */
async function backendThat(t: Test, onHeaders: (connection: RawHTTP2Connection, stream: number, nth: number) => void) {
  let seen = 0;
  const script: RawHTTP2Script = { onHeaders: (connection, stream) => onHeaders(connection, stream, ++seen) };
  const started = await startScriptedProxy(t, script, { pki, options: { timeoutMs: 5_000 } });
  return { ...started, seen: () => seen };
}

function answer(connection: RawHTTP2Connection, stream: number, text = 'fine'): void {
  connection.head(stream, ok);
  connection.body(stream, text, endStream);
}

t.test('a backend that says GOAWAY ends what it has begun, and new requests go to a new connection', async (t) => {
  let finish = (): void => undefined;
  const { backend, proxy, port } = await backendThat(t, (connection, stream, nth) => {
    if (nth > 1) return answer(connection, stream, `on ${connection.number}`);
    connection.head(stream, ok);
    connection.body(stream, 'begun;');
    connection.goAway(stream);
    finish = () => connection.body(stream, 'ended', endStream);
  });
  const client = await proxy.connect();
  client.send('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  await client.until('begun;');
  for (const method of ['GET', 'POST']) t.equal((await ask({ port, ca, method })).body.toString(), 'on 2');
  t.equal(backend.open(), 2);
  finish();
  t.match(await client.closed, /begun;[^]*ended[^]*0\r\n\r\n$/);
  await eventually('the old connection is closed', () => backend.open() === 1);
  for (const { kind } of proxy.front.outcomes) t.equal(kind, 'completed');
});

t.test('a GOAWAY to an idle connection closes it, and costs nobody anything', async (t) => {
  let idle: RawHTTP2Connection | undefined;
  const { backend, port, seen } = await backendThat(t, (connection, stream) => {
    idle = connection;
    answer(connection, stream);
  });
  t.equal((await ask({ port, ca })).status, 200);
  idle?.goAway(1);
  await eventually('it is closed', () => backend.open() === 0);
  t.equal((await ask({ port, ca, method: 'POST' })).status, 200);
  t.equal(seen(), 2);
});

t.test('what a backend has not looked at is sent again, writes too, once its GOAWAY says so', async (t) => {
  for (const [method, code] of [
    ['GET', 0],
    ['POST', 0],
    ['DELETE', 0],
    ['POST', 11],
  ] as const) {
    const { port, seen } = await backendThat(t, (connection, stream) => {
      if (connection.number === 1) connection.goAway(Math.max(0, stream - 2), code);
      else answer(connection, stream);
    });
    t.match(await ask({ port, ca, protocol: 'h2', method }), { status: 200, cut: false }, `${method} ${code}`);
    t.equal(seen(), 2);
  }
});

t.test('what a backend may have looked at is not', async (t) => {
  const { port, seen } = await backendThat(t, (connection, stream, nth) => {
    if (nth === 1) return answer(connection, stream);
    connection.goAway(stream);
    connection.socket.end();
  });
  await ask({ port, ca });
  t.match(await ask({ port, ca, method: 'POST' }), { status: 503 });
  t.equal(seen(), 2);
});

t.test('a GOAWAY in two steps, as Go sends it, fails nothing', async (t) => {
  const { port } = await backendThat(t, (connection, stream) => {
    connection.goAway(2 ** 31 - 1);
    setTimeout(() => {
      answer(connection, stream);
      connection.goAway(stream);
      connection.socket.end();
    }, 10);
  });
  for (const method of ['GET', 'POST', 'PUT']) t.equal((await ask({ port, ca, method })).status, 200);
});

t.test('a backend that says GOAWAY at once is tried again, and then is a failure that says so', async (t) => {
  let stopping = 1;
  const script: RawHTTP2Script = {
    onConnection: (connection) => {
      if (connection.number <= stopping) connection.goAway(0);
    },
    onHeaders: (connection, stream) => answer(connection, stream),
  };
  const { backend, proxy, port } = await startScriptedProxy(t, script, { pki });
  t.equal((await ask({ port, ca, protocol: 'h2', method: 'POST' })).status, 200);
  stopping = Infinity;
  backend.cut();
  await eventually('it is gone', () => proxy.transport.connections.http2 === 0);
  t.equal((await ask({ port, ca })).status, 503);
  t.match(proxy.front.outcomes.at(-1), { kind: 'backend-failed', failure: { code: 'REFUSED_STREAM' } });
});

t.test('a stream that is refused is sent again, writes without a body too', async (t) => {
  for (const method of ['GET', 'POST', 'DELETE', 'PATCH']) {
    const { proxy, port, seen } = await backendThat(t, (connection, stream, nth) => {
      if (nth === 2) connection.reset(stream, refused);
      else answer(connection, stream);
    });
    await ask({ port, ca });
    t.equal((await ask({ port, ca, protocol: 'h2', method })).status, 200, method);
    t.equal(seen(), 3);
    t.ok(proxy.front.outcomes.every(({ kind }) => kind === 'completed'));
  }
});

/** A backend that reads bodies to their end, refuses the first stream, and answers with the hash of what came on the next. */
function backendThatReads(t: Test): Promise<ScriptedProxy> {
  const read: Buffer[] = [];
  let refusals = 0;
  const onFrame = (connection: RawHTTP2Connection, { type, flags, stream, payload }: Frame): void => {
    if (type !== frameTypes.data) return;
    read.push(payload);
    if (flags !== endStream) return;
    if (refusals++ === 0) connection.reset(stream, refused);
    else answer(connection, stream, createHash('sha256').update(Buffer.concat(read)).digest('hex'));
    read.length = 0;
  };
  return startScriptedProxy(t, { onFrame }, { pki, options: { timeoutMs: 5_000 } });
}

t.test('a small body is sent again with a request that was refused unseen', async (t) => {
  for (const protocol of ['h1', 'h2'] as const) {
    for (const body of ['{}', 'x'.repeat(30_000)]) {
      const { proxy, port } = await backendThatReads(t);
      const answered = await ask({ port, ca, protocol, method: 'POST', body });
      t.equal(answered.status, 200);
      t.equal(answered.body.toString(), createHash('sha256').update(body).digest('hex'));
      t.match(await proxy.front.nextOutcome(), { kind: 'completed' });
    }
  }
});

t.test('a body in pieces is sent again from its beginning, and goes on where the client does', async (t) => {
  const got = new Map<number, string>();
  const onFrame = (connection: RawHTTP2Connection, { type, flags, stream, payload }: Frame): void => {
    if (type !== frameTypes.data) return;
    got.set(stream, (got.get(stream) ?? '') + payload.toString());
    if (got.size === 1) connection.reset(stream, refused);
    else if (flags === endStream) answer(connection, stream, got.get(stream));
  };
  const { proxy } = await startScriptedProxy(t, { onFrame }, { pki, options: { timeoutMs: 5_000 } });
  const client = await proxy.connect();
  const head = 'POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n';
  client.send(`${head}4\r\none,\r\n`);
  await eventually('it is sent again', () => got.size === 2);
  client.send('3\r\ntwo\r\n0\r\n\r\n');
  t.match(await client.closed, /one,two/);
  t.same([...got.values()], ['one,', 'one,two']);
});

t.test('a body of which much has gone with a refused stream cannot be sent again', async (t) => {
  const { proxy, port, seen } = await backendThat(t, (connection, stream) => {
    const timer = setInterval(() => {
      const got = connection.frames.reduce(
        (sum, { type, payload }) => sum + (type === frameTypes.data ? payload.length : 0),
        0,
      );
      if (got < 65_535) return;
      clearInterval(timer);
      connection.reset(stream, refused);
    }, 5);
    t.teardown(() => clearInterval(timer));
  });
  t.equal((await ask({ port, ca, method: 'POST', body: 'x'.repeat(500_000) })).status, 503);
  t.match(await proxy.front.nextOutcome(), {
    kind: 'backend-failed',
    failure: { step: 'http', code: 'REFUSED_STREAM' },
  });
  t.equal(seen(), 1);
});

t.test('a backend that refuses everything is asked three times, and no more when the budget is spent', async (t) => {
  const { proxy, port, seen } = await backendThat(t, (connection, stream) => connection.reset(stream, refused));
  t.match(await ask({ port, ca }), { status: 503 });
  t.equal(seen(), 3);
  const session = connect(`https://localhost:${port}`, { ca });
  t.teardown(() => session.destroy());
  for (let index = 0; index < 60; index++) {
    const stream = session.request({ ':path': '/' });
    await new Promise((resolve) => stream.resume().once('close', resolve));
  }
  t.ok(seen() < 61 + 100 + 61 * 0.2 + 2, `${seen()} streams`);
  t.match(proxy.front.outcomes.at(-1), { kind: 'backend-failed', failure: { code: 'REFUSED_STREAM' } });
});

t.test('a stream that is refused after its answer has begun is not sent again', async (t) => {
  const { port, seen } = await backendThat(t, (connection, stream) => {
    connection.head(stream, [':status', '103']);
    connection.reset(stream, refused);
  });
  t.equal((await ask({ port, ca })).status, 503);
  t.equal(seen(), 1);
});

t.test('a connection that has died is no failure of a reader, and one of a writer', async (t) => {
  for (const [method, status, sent] of [
    ['GET', 200, 3],
    ['HEAD', 200, 3],
    ['POST', 503, 2],
    ['DELETE', 503, 2],
  ] as const) {
    const { port, seen } = await backendThat(t, (connection, stream, nth) => {
      if (nth === 2) connection.socket.destroy();
      else answer(connection, stream);
    });
    await ask({ port, ca });
    t.equal((await ask({ port, ca, method })).status, status, method);
    t.equal(seen(), sent, method);
  }
});

t.test('a connection that dies under many readers is replaced by one, not by many', async (t) => {
  const waiting: [RawHTTP2Connection, number][] = [];
  const { backend, port } = await backendThat(t, (connection, stream, nth) => {
    if (nth === 1 || connection.number > 1) return answer(connection, stream);
    if (waiting.push([connection, stream]) === 20) connection.socket.destroy();
  });
  await ask({ port, ca });
  const replies = await Promise.all(Array.from({ length: 20 }, () => ask({ port, ca })));
  t.same(new Set(replies.map(({ status }) => status)), new Set([200]));
  t.equal(backend.accepted(), 2);
});
