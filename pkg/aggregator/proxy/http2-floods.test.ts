import t, { type Test } from 'tap';
import { ask } from '../../testing/ask.ts';
import { startHTTPBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, type ProxyOptions, startProxy } from '../../testing/proxy-fixture.ts';
import {
  frameTypes,
  type RawHTTP2Connection,
  type RawHTTP2Script,
  toHeaderBlock,
} from '../../testing/raw-http2-backend.ts';
import { answerWithNumber, type ScriptedProxy, startScriptedProxy } from '../../testing/scripted-http2-proxy.ts';

const pki = await newProxyPKI();
const ca = pki.authority.caPEM;
const ok = [':status', '200'];

function proxyBefore(t: Test, script: RawHTTP2Script, options: Partial<ProxyOptions> = {}): Promise<ScriptedProxy> {
  return startScriptedProxy(t, script, { pki, ...options });
}

t.test('floods end their connection, and nothing else', async (t) => {
  const ping = Buffer.alloc(8);
  const floods: readonly [string, (connection: RawHTTP2Connection, stream: number) => void][] = [
    ['pings', (c) => c.send(frameTypes.ping, { payload: ping })],
    ['settings', (c) => c.send(frameTypes.settings, { payload: Buffer.from([0, 4, 0, 1, 0, 0]) })],
    ['resets of streams that never were', (c) => c.reset(99, 8)],
    [
      'continuations',
      (c, s) => c.send(frameTypes.continuation, { stream: s, payload: Buffer.from([0, 1, 97, 1, 98]) }),
    ],
    ['unknown frames', (c, s) => c.send(77, { stream: s, payload: ping })],
    ['empty data', (c, s) => c.body(s, '')],
  ];
  for (const [what, flood] of floods) {
    const { proxy, port } = await proxyBefore(
      t,
      {
        onHeaders: (connection, stream) => {
          if (connection.number > 1) return answerWithNumber(connection, stream);
          if (what === 'empty data') connection.head(stream, ok);
          if (what === 'continuations') connection.send(frameTypes.headers, { stream, payload: Buffer.from([0x88]) });
          for (let index = 0; index < 20_000 && !connection.socket.destroyed; index++) flood(connection, stream);
          connection.socket.end();
        },
      },
      { options: { timeoutMs: 5_000 } },
    );
    const reply = await ask({ port, ca, protocol: 'h2', method: 'POST' });
    t.ok(reply.status === 503 || reply.cut, `${what}: ${reply.status}`);
    t.equal((await ask({ port, ca })).body.toString(), 'on 2', what);
    t.ok(proxy.front.outcomes.length > 0);
  }
});

t.test('a head beyond all measure is too large, however small it is on the wire', async (t) => {
  const value = 'v'.repeat(4_000);
  // One line that is put into the table of HPACK, and then a byte for each repetition of it.
  const lines = (text: string) => Buffer.concat([Buffer.of(0x40), toHeaderBlock(['x', text]).subarray(1)]);
  for (const [what, block] of [
    ['a bomb', Buffer.concat([Buffer.of(0x88), lines(value), Buffer.alloc(12_000, 0xbe)])],
    ['a hundred lines too long', Buffer.concat([Buffer.of(0x88), lines(value), Buffer.alloc(100, 0xbe)])],
    ['too many lines', Buffer.concat([Buffer.of(0x88), lines(''), Buffer.alloc(6_000, 0xbe)])],
  ] as const) {
    const { proxy, port } = await proxyBefore(t, {
      onHeaders: (connection, stream) => {
        if (stream === 1) connection.send(frameTypes.headers, { stream, flags: 5, payload: block });
        else answerWithNumber(connection, stream);
      },
    });
    t.match(await ask({ port, ca }), { status: 503, cut: false }, what);
    t.match(await proxy.front.nextOutcome(), { failure: { step: 'http', code: 'HEAD_TOO_LARGE' } }, what);
    t.match(await ask({ port, ca }), { status: 200 }, what);
  }
});

t.test('a request with a head that might be taken for an attack goes over HTTP/1.1', async (t) => {
  const lines = Array.from({ length: 4 }, (_, index) => [`x-${index}`, 'v'.repeat(10_000)]).flat();
  const both = await startHTTPBackend({
    ...pki.backendTLS,
    http2: true,
    onRequest: (request, response) => response.end(request.httpVersion),
  });
  const second = await startProxy({ pki, backend: both });
  t.teardown(async () => {
    await second.close();
    await both.close();
  });
  t.equal((await ask({ port: second.front.port, ca })).body.toString(), '2.0');
  t.equal(
    (await ask({ port: second.front.port, ca, protocol: 'h2', lines })).status,
    431,
    'as the backend says on HTTP/1.1',
  );
  t.equal((await ask({ port: second.front.port, ca })).body.toString(), '2.0');
});
