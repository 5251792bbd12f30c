import { connect } from 'node:http2';
import t from 'tap';
import { eventually } from '../../testing/eventually.ts';
import {
  type FakeBackend,
  startHTTPBackend,
  startScriptedBackend,
  startTLSBackend,
} from '../../testing/fake-backend.ts';
import { newProxyPKI, startProxy } from '../../testing/proxy-fixture.ts';
import { readRequests } from '../../testing/read-requests.ts';

const pki = await newProxyPKI();
const ca = pki.authority.caPEM;

/** What a backend has seen of a request. */
interface Seen {
  readonly version: string;
  readonly announced: string | undefined;
  readonly framing: string;
  readonly body: string;
  readonly trailers: readonly string[];
}

function startSeeing(http2: boolean): Promise<FakeBackend> {
  return startHTTPBackend({
    ...pki.backendTLS,
    http2,
    onRequest: (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.once('end', () => {
        const { trailer, 'content-length': length = '-', 'transfer-encoding': coding = '-' } = request.headers;
        const trailers = request.rawTrailers.map((text, index) => (index % 2 === 0 ? text.toLowerCase() : text));
        const framing = `${length} ${coding}`;
        response.end(JSON.stringify({ version: request.httpVersion, announced: trailer, framing, body, trailers }));
      });
    },
  });
}

async function startBefore(backend: FakeBackend) {
  const proxy = await startProxy({ pki, backend, options: { timeoutMs: 10_000 } });
  t.teardown(async () => {
    await proxy.close();
    await backend.close();
  });
  return proxy;
}

type Proxy = Awaited<ReturnType<typeof startBefore>>;

/** Sends a body of two pieces, and trailers behind it. */
type Send = (proxy: Proxy, head: readonly string[], trailers: readonly string[]) => Promise<Seen>;

const overHTTP1: Send = async (proxy, head, trailers) => {
  const client = await proxy.connect();
  const toLines = (texts: readonly string[]): string =>
    texts.map((text, index) => text + (index % 2 === 0 ? ': ' : '\r\n')).join('');
  client.send(`POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n${toLines(head)}\r\n`);
  client.send(`5\r\nhello\r\n6\r\n world\r\n0\r\n${toLines(trailers)}\r\n`);
  const [, text = 'null'] = /(\{.*\})/.exec(await client.closed) ?? [];
  return JSON.parse(Buffer.from(text, 'latin1').toString()) as Seen;
};

const overHTTP2: Send = async (proxy, head, trailers) => {
  const session = connect(`https://localhost:${proxy.front.port}`, { ca });
  try {
    const toRecord = (texts: readonly string[]): Record<string, string[]> => {
      const record: Record<string, string[]> = {};
      texts.forEach((text, index) => {
        if (index % 2 === 0) (record[text.toLowerCase()] ??= []).push(texts[index + 1] ?? '');
      });
      return record;
    };
    const fields = { ':method': 'POST', ':path': '/x', ...toRecord(head) };
    const stream = session.request(fields, { endStream: false, waitForTrailers: true });
    stream.once('wantTrailers', () => stream.sendTrailers(toRecord(trailers)));
    stream.write('hello');
    stream.end(' world');
    const text = Buffer.concat(await stream.toArray()).toString();
    return JSON.parse(text) as Seen;
  } finally {
    session.destroy();
  }
};

/** What must never come behind a body: who it is from, how long it was, where it goes, what it is. */
const smuggled = [
  ['X-Remote-User', 'admin'],
  ['x_remote_user', 'admin'],
  ['X-Remote-Group', 'system:masters'],
  ['X.Remote.Group', 'system:masters'],
  ['X-Remote-Extra-Scopes', 'all'],
  ['Impersonate-User', 'admin'],
  ['impersonate_group', 'system:masters'],
  ['Authorization', 'Bearer x'],
  ['Content-Length', '5'],
  ['Content_Length', '5'],
  ['Host', 'evil'],
  ['Cookie', 'a=b'],
  ['X-Forwarded-For', '1.2.3.4'],
  ['Forwarded', 'for=1.2.3.4'],
  ['X-Real-Ip', '1.2.3.4'],
  ['Audit-Id', 'theirs'],
  ['Content-Type', 'text/evil'],
  ['Content-Encoding', 'gzip'],
  ['Expect', '100-continue'],
  ['Max-Forwards', '1'],
  ['If-Match', 'x'],
  ['Range', 'bytes=0-1'],
  ['Cache-Control', 'no-store'],
  ['X-HTTP-Method-Override', 'DELETE'],
  ['Trailer', 'x'],
] as const;

for (const [to, http2] of [
  ['HTTP/1.1', false],
  ['HTTP/2', true],
] as const) {
  const version = http2 ? '2.0' : '1.1';
  const proxy = await startBefore(await startSeeing(http2));
  for (const [from, send] of [
    ['HTTP/1.1', overHTTP1],
    ['HTTP/2', overHTTP2],
  ] as const) {
    t.test(`trailers that a client announces reach the backend, from ${from} to ${to}`, async (t) => {
      const trailers = ['x-sum', '42', 'x-two', 'a', 'x-two', 'b'];
      const seen = await send(proxy, ['Trailer', 'X-Sum, X-Two', 'TE', 'trailers'], trailers);
      t.match(seen, { version, announced: 'X-Sum, X-Two', body: 'hello world', framing: http2 ? '- -' : '- chunked' });
      t.same(seen.trailers, trailers);
      t.match(await proxy.front.nextOutcome(), { kind: 'completed', status: 200 });
    });

    t.test(`what a trailer must not say is left out, from ${from} to ${to}`, async (t) => {
      // The rest does not get through Node's parsers, neither of them.
      const named = smuggled.filter(
        ([name]) => !(from === 'HTTP/1.1' ? /^content-length$/i : /^(host|content-length)$/i).test(name),
      );
      const announced = [...named.map(([name]) => name), 'X-Good', 'X-Nominated'].join(', ');
      const nominated = from === 'HTTP/1.1' ? ['Connection', 'X-Nominated'] : [];
      const last = from === 'HTTP/1.1' ? ['X-Nominated', 'x'] : [];
      const seen = await send(proxy, ['Trailer', announced, ...nominated], [...named.flat(), 'X-Good', 'yes', ...last]);
      t.match(seen, {
        version,
        announced: from === 'HTTP/1.1' ? /^X-Good$/ : /^X-Good, X-Nominated$/,
        body: 'hello world',
      });
      t.same(seen.trailers, ['x-good', 'yes']);
      await proxy.front.nextOutcome();
    });

    t.test(`trailers that are announced and do not come cost nothing, from ${from} to ${to}`, async (t) => {
      const seen = await send(proxy, ['Trailer', 'X-Sum'], []);
      t.match(seen, { version, body: 'hello world', trailers: [] });
      await proxy.front.nextOutcome();
    });
  }
}

t.test('trailers that nobody has announced pass where HTTP/2 goes on', async (t) => {
  const proxy = await startBefore(await startSeeing(true));
  for (const send of [overHTTP1, overHTTP2]) t.same((await send(proxy, [], ['x-sum', '42'])).trailers, ['x-sum', '42']);
  const old = await startBefore(await startSeeing(false));
  for (const send of [overHTTP1, overHTTP2]) t.same((await send(old, [], ['x-sum', '42'])).trailers, []);
});

t.test('trailers beyond ASCII pass byte by byte', async (t) => {
  const bytes = `${Buffer.from('Zoë 李').toString('latin1')}\u00ff`;
  for (const http2 of [false, true]) {
    const proxy = await startBefore(await startSeeing(http2));
    for (const send of [overHTTP1, overHTTP2]) {
      t.same((await send(proxy, ['Trailer', 'x-sum'], ['x-sum', bytes])).trailers, ['x-sum', bytes]);
    }
  }
});

t.test('a length that an HTTP/2 client gives beside trailers becomes chunks over HTTP/1.1', async (t) => {
  const proxy = await startBefore(await startSeeing(false));
  const seen = await overHTTP2(proxy, ['Content-Length', '11', 'Trailer', 'x-sum'], ['x-sum', '42']);
  t.match(seen, { framing: '- chunked', body: 'hello world', trailers: ['x-sum', '42'] });
});

t.test('on the wire it is one request, as the strictest reader sees it', async (t) => {
  let bytes = '';
  const backend = await startTLSBackend(pki.backendTLS, (socket) =>
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.toString('latin1');
      if (bytes.endsWith('0\r\nx-sum: 42\r\n\r\n')) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
    }),
  );
  const proxy = await startBefore(backend);
  await overHTTP1(proxy, ['Trailer', 'x-sum'], ['x-sum', '42']);
  const { requests, rest } = readRequests(bytes);
  t.equal(rest, 'nothing');
  t.match(requests, [{ method: 'POST', target: '/x', body: 'hello world' }]);
  t.equal(requests.length, 1);
  await eventually('the connection is closed', () => backend.open() === 0);
});

t.test('failures of such a request are those of any other', async (t) => {
  for (const [what, answer, status, code] of [
    ['nothing', '', 503, 'CLOSED'],
    ['garbage', 'SSH-2.0-OpenSSH_9.6\r\n', 503, 'NOT_HTTP'],
    ['half an answer', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', 200, 'CLOSED'],
    ['a head without an end', `HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(300_000)}`, 503, 'HEAD_TOO_LARGE'],
    ['a redirect', 'HTTP/1.1 302 Found\r\nLocation: https://evil/\r\nContent-Length: 0\r\n\r\n', 502, 'REDIRECT'],
  ] as const) {
    const backend = await startScriptedBackend(pki.backendTLS, answer, (socket) => socket.end());
    const proxy = await startBefore(backend);
    const client = await proxy.connect();
    client.send(
      'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\nConnection: close\r\n\r\n',
    );
    client.send('5\r\nhello\r\n0\r\nx-sum: 42\r\n\r\n');
    t.match(await client.closed, new RegExp(`^HTTP/1.1 ${status} `), what);
    t.match(await proxy.front.nextOutcome(), { kind: 'backend-failed', status, failure: { code } }, what);
    await eventually('the connection is closed', () => backend.open() === 0);
  }
});

t.test('a client that leaves cuts such an upload, and an answer may come before it is over', async (t) => {
  let [begun, cut] = [0, 0];
  const backend = await startHTTPBackend({
    ...pki.backendTLS,
    onRequest: (request, response) => {
      begun++;
      request.once('aborted', () => cut++).on('error', () => undefined);
      if (request.url === '/early') response.writeHead(413, { 'Content-Length': 5 }).end('early');
    },
  });
  const proxy = await startBefore(backend);
  const head = 'HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\n\r\n5\r\nhello\r\n';
  const leaving = await proxy.connect();
  leaving.send(`POST / ${head}`);
  await eventually('it is there', () => begun === 1);
  leaving.socket.destroy();
  t.match(await proxy.front.nextOutcome(), { kind: 'client-left' });
  const early = await proxy.connect();
  early.send(`POST /early ${head}`);
  t.match(await early.until('early'), /^HTTP\/1.1 413 /);
  await eventually('both uploads are cut', () => cut > 0 && backend.open() === 0);
});
