import t, { type Test } from 'tap';
import { ask } from '../../testing/ask.ts';
import { eventually } from '../../testing/eventually.ts';
import { startHTTPBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, type ProxyOptions, startProxy } from '../../testing/proxy-fixture.ts';
import {
  frameFlags,
  frameTypes,
  type RawHTTP2Connection,
  type RawHTTP2Script,
} from '../../testing/raw-http2-backend.ts';
import { answerWithNumber, type ScriptedProxy, startScriptedProxy } from '../../testing/scripted-http2-proxy.ts';

const { endStream } = frameFlags;
const maxConcurrentStreams = 3;
const pki = await newProxyPKI();
const ca = pki.authority.caPEM;
const ok = [':status', '200'];

function proxyBefore(t: Test, script: RawHTTP2Script, options: Partial<ProxyOptions> = {}): Promise<ScriptedProxy> {
  return startScriptedProxy(t, script, { pki, ...options });
}

t.test('one connection carries many exchanges at a time, and no request waits behind watches', async (t) => {
  const backend = await startHTTPBackend({
    ...pki.backendTLS,
    http2: true,
    onRequest: (request, response) => {
      if (request.url === '/watch') response.write('begun;');
      else response.end(request.httpVersion);
    },
  });
  const proxy = await startProxy({ pki, backend });
  t.teardown(async () => {
    await proxy.close();
    await backend.close();
  });
  const { port } = proxy.front;
  t.equal((await ask({ port, ca })).body.toString(), '2.0');
  const clients = await Promise.all(Array.from({ length: 120 }, () => proxy.connect()));
  for (const client of clients) client.send('GET /watch HTTP/1.1\r\nHost: x\r\n\r\n');
  await Promise.all(clients.map((client) => client.until('begun;')));
  t.same(proxy.transport.connections, { http1: 0, http2: 2, streams: 120 }, 'at most a hundred on each');
  for (const protocol of ['h1', 'h2'] as const) t.equal((await ask({ port, ca, protocol })).body.toString(), '2.0');
  for (const { socket } of clients) socket.destroy();
  await eventually('all watches have ended', () => proxy.transport.connections.streams === 0);
  t.equal(backend.open(), 2, 'the connections go on');
});

t.test(
  'a backend that allows few streams gets as many connections as it takes, and never a stream too many',
  async (t) => {
    const open = new Map<RawHTTP2Connection, number[]>();
    let most = 0;
    const { backend, proxy, port } = await proxyBefore(t, {
      settings: [maxConcurrentStreams, 2],
      onHeaders: (connection, stream) => {
        const streams = open.get(connection) ?? [];
        open.set(connection, streams);
        most = Math.max(most, streams.push(stream));
      },
    });
    const running = () => [...open.values()].flat().length;
    const replies = Array.from({ length: 9 }, () => ask({ port, ca }));
    await eventually('all are there', () => running() === 9);
    t.equal(backend.accepted(), 5);
    t.equal(most, 2);
    for (const [connection, streams] of open)
      for (const stream of streams.splice(0)) answerWithNumber(connection, stream);
    t.same(new Set((await Promise.all(replies)).map(({ status }) => status)), new Set([200]));
    t.same(proxy.transport.connections, { http1: 0, http2: 5, streams: 0 });
    const more = ask({ port, ca });
    await eventually('another is there', () => running() === 1);
    for (const [connection, [stream]] of open) if (stream !== undefined) answerWithNumber(connection, stream);
    t.equal((await more).status, 200);
    t.equal(backend.accepted(), 5, 'on a connection that stands');
  },
);

t.test('a limit that changes is kept from then on', async (t) => {
  let first: RawHTTP2Connection | undefined;
  const { backend, port } = await proxyBefore(t, {
    onHeaders: (connection, stream) => {
      first ??= connection;
      answerWithNumber(connection, stream);
    },
  });
  await ask({ port, ca });
  const acks = () => first?.frames.filter(({ type, flags }) => type === frameTypes.settings && flags === 1).length;
  first?.send(frameTypes.settings, { payload: Buffer.from([0, maxConcurrentStreams, 0, 0, 0, 0]) });
  await eventually('it is known', () => acks() === 2);
  t.equal((await ask({ port, ca })).body.toString(), 'on 2');
  t.equal(backend.accepted(), 2);
});

t.test('a backend that allows no streams at all is a 503 that says so', async (t) => {
  const { proxy, port } = await proxyBefore(t, { settings: [maxConcurrentStreams, 0] });
  t.match(await ask({ port, ca }), { status: 503, cut: false });
  t.match(await proxy.front.nextOutcome(), { kind: 'backend-failed', failure: { step: 'http', code: 'NO_STREAMS' } });
});

t.test('idle connections are closed, also those beyond the number that is kept', async (t) => {
  const aging = await proxyBefore(t, { onHeaders: answerWithNumber }, { transport: { idleMs: 50 } });
  t.equal((await ask({ port: aging.port, ca })).status, 200);
  await eventually('it is closed', () => aging.backend.open() === 0);
  t.same(aging.proxy.transport.connections, { http1: 0, http2: 0, streams: 0 });
  t.equal((await ask({ port: aging.port, ca })).body.toString(), 'on 2');
  const waiting: [RawHTTP2Connection, number][] = [];
  const onHeaders = (connection: RawHTTP2Connection, stream: number) => void waiting.push([connection, stream]);
  const settings = [maxConcurrentStreams, 1];
  const few = await proxyBefore(t, { settings, onHeaders }, { transport: { maxIdle: 2 } });
  const replies = Array.from({ length: 6 }, () => ask({ port: few.port, ca }));
  await eventually('all are there', () => waiting.length === 6);
  for (const [connection, stream] of waiting) answerWithNumber(connection, stream);
  await Promise.all(replies);
  await eventually('two are left', () => few.backend.open() === 2);
});

t.test('a backend that says nothing for long is asked whether it is there', async (t) => {
  const pings = { pingAfterMs: 40, pingTimeoutMs: 60 };
  let alive: RawHTTP2Connection | undefined;
  const living = await proxyBefore(
    t,
    {
      onConnection: (connection) => (alive = connection),
      onHeaders: (connection, stream) => connection.head(stream, ok),
    },
    { transport: pings },
  );
  const watch = await living.proxy.connect();
  watch.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  const pinged = () => alive?.frames.filter(({ type }) => type === frameTypes.ping).length ?? 0;
  await eventually('it has been asked several times', () => pinged() >= 4);
  t.equal(living.backend.open(), 1);
  t.match(watch.received(), /^HTTP\/1.1 200/);
});

t.test('one that does not answer is given up: readers go to a new connection, the others fail', async (t) => {
  const pings = { pingAfterMs: 40, pingTimeoutMs: 60 };
  const { proxy, port } = await proxyBefore(
    t,
    {
      silent: true,
      onHeaders: (connection, stream) => {
        if (stream === 1) answerWithNumber(connection, stream);
        else if (stream === 5) connection.head(stream, ok);
      },
    },
    { transport: pings },
  );
  t.equal((await ask({ port, ca })).body.toString(), 'on 1');
  const [get, watch, post] = await Promise.all([
    ask({ port, ca, protocol: 'h2' }),
    ask({ port, ca, protocol: 'h2' }),
    ask({ port, ca, protocol: 'h2', method: 'POST' }),
  ]);
  const statuses = [get, watch, post].map(({ status, cut }) => `${status} ${cut}`);
  t.ok(statuses.includes('200 true'), 'what had begun is cut');
  t.match(
    proxy.front.outcomes.filter(({ kind }) => kind === 'backend-failed'),
    [{ failure: { code: 'CONNECTION_LOST' } }],
  );
  t.notMatch(statuses.join(), /200 false.*200 false.*200 false/);
});

t.test('a backend that chooses HTTP/2 and does not begin to speak it is a failure in time', async (t) => {
  const { backend, proxy, port } = await proxyBefore(t, { settings: undefined }, { transport: { connectMs: 200 } });
  t.match(await ask({ port, ca }), { status: 503 });
  const failure = { step: 'http', code: 'NO_SETTINGS', seen: /chose HTTP\/2 and then said nothing/ };
  t.match(await proxy.front.nextOutcome(), { kind: 'backend-failed', failure });
  await eventually('the connection is closed', () => backend.open() === 0);
  const leaving = await proxyBefore(t, { onConnection: ({ socket }) => void socket.destroy() });
  t.match(await ask({ port: leaving.port, ca }), { status: 503 });
  t.match(await leaving.proxy.front.nextOutcome(), { failure: { step: 'http', code: 'CLOSED' } });
});

t.test('a client that leaves resets its stream and no other', async (t) => {
  let connection: RawHTTP2Connection | undefined;
  const { proxy, backend } = await proxyBefore(t, {
    onConnection: (opened) => (connection = opened),
    onHeaders: (opened, stream) => {
      opened.head(stream, ok);
      opened.body(stream, 'begun;');
    },
  });
  const [leaving, staying] = [await proxy.connect(), await proxy.connect()];
  leaving.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await leaving.until('begun;');
  staying.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await staying.until('begun;');
  leaving.socket.destroy();
  const resets = () => connection?.frames.filter(({ type }) => type === frameTypes.reset) ?? [];
  await eventually('its stream is reset', () => resets().length > 0);
  t.same(
    resets().map(({ stream, payload }) => [stream, payload.readUInt32BE()]),
    [[1, 8]],
  );
  connection?.body(3, 'more');
  await staying.until('more');
  t.equal(backend.open(), 1);
  t.same(await proxy.front.nextOutcome(), { kind: 'client-left', status: 200 });
});

t.test('an upload that breaks off is never ended like one that is whole', async (t) => {
  for (const framing of ['Transfer-Encoding: chunked', 'Content-Length: 1000000']) {
    let connection: RawHTTP2Connection | undefined;
    const { proxy } = await proxyBefore(t, { onConnection: (opened) => (connection = opened) });
    const client = await proxy.connect();
    client.send(`POST / HTTP/1.1\r\nHost: x\r\n${framing}\r\n\r\n5\r\nhello\r\n`);
    const of = (type: number) => connection?.frames.filter((frame) => frame.type === type) ?? [];
    await eventually('the upload has begun', () => of(frameTypes.data).length > 0);
    client.socket.destroy();
    await eventually('it is reset', () => of(frameTypes.reset).length > 0);
    const ended = of(frameTypes.data).some(({ flags }) => (flags & endStream) !== 0);
    // A length that is not kept tells a server the same.
    if (framing.startsWith('T')) t.equal(ended, false);
    t.match(await proxy.front.nextOutcome(), { kind: 'client-left' });
  }
});
