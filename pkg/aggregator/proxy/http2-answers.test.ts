import t from 'tap';
import { ask, type Reply, valuesOf } from '../../testing/ask.ts';
import { eventually } from '../../testing/eventually.ts';
import { newProxyPKI, startProxy } from '../../testing/proxy-fixture.ts';
import {
  frameFlags,
  frameTypes,
  type RawHTTP2Connection,
  startRawHTTP2Backend,
  toHeaderBlock,
} from '../../testing/raw-http2-backend.ts';

const { endStream } = frameFlags;
const pki = await newProxyPKI();
const ca = pki.authority.caPEM;

/** What the backend does with the head of a request. */
let answer: (connection: RawHTTP2Connection, stream: number) => void = () => undefined;
const connections: RawHTTP2Connection[] = [];
const backend = await startRawHTTP2Backend(pki.backendTLS, {
  onConnection: (connection) => void connections.push(connection),
  onHeaders: (connection, stream) => answer(connection, stream),
});
const proxy = await startProxy({ pki, backend, options: { timeoutMs: 5_000 } });
t.teardown(async () => {
  await proxy.close();
  await backend.close();
});
const { port } = proxy.front;
const ok = [':status', '200'];

/** The answer to a GET, and what became of the exchange. */
async function askFor(how: typeof answer, question: { protocol?: 'h1' | 'h2'; method?: string } = {}) {
  answer = how;
  const reply = await ask({ port, ca, ...question });
  return { reply, outcome: await proxy.front.nextOutcome() };
}

for (const protocol of ['h1', 'h2'] as const) {
  const get = (how: typeof answer, method = 'GET') => askFor(how, { protocol, method });

  t.test(`status, lines and body pass, repeated lines apart, ${protocol}`, async (t) => {
    const fields = [
      'set-cookie',
      'a=1',
      'set-cookie',
      'b=2',
      'warning',
      '299 - "x"',
      'warning',
      '299 - "y"',
      'x-a',
      '~',
    ];
    const { reply, outcome } = await get((connection, stream) => {
      connection.head(stream, [':status', '418', ...fields]);
      connection.body(stream, 'one ');
      connection.body(stream, 'two', endStream);
    });
    t.match(reply, { status: 418, cut: false });
    t.equal(reply.body.toString(), 'one two');
    t.same(valuesOf(reply.lines, 'set-cookie'), ['a=1', 'b=2']);
    t.same(valuesOf(reply.lines, 'warning'), ['299 - "x"', '299 - "y"']);
    t.same(valuesOf(reply.lines, 'x-a'), ['~']);
    t.match(outcome, { kind: 'completed', status: 418 });
  });

  t.test(`trailers and early hints pass, 100 does not, ${protocol}`, async (t) => {
    const { reply } = await get((connection, stream) => {
      connection.head(stream, [':status', '100']);
      connection.head(stream, [':status', '103', 'link', '</x>; rel=preload']);
      connection.head(stream, [...ok, 'trailer', 'x-sum']);
      connection.body(stream, 'body');
      connection.head(stream, ['x-sum', '42', 'audit-id', 'theirs'], endStream);
    });
    t.match(reply, { status: 200, cut: false, informational: [103] });
    t.equal(reply.body.toString(), 'body');
    t.same(reply.trailers, ['x-sum', '42']);
  });

  t.test(`answers without a body pass, ${protocol}`, async (t) => {
    for (const [status, method] of [
      ['204', 'GET'],
      ['304', 'GET'],
      ['200', 'HEAD'],
      ['200', 'GET'],
    ] as const) {
      const fields = [':status', status, ...(method === 'HEAD' ? ['content-length', '1234'] : [])];
      const { reply } = await get((connection, stream) => connection.head(stream, fields, endStream), method);
      t.match(reply, { status: Number(status), cut: false }, `${status} ${method}`);
      t.equal(reply.body.length, 0);
      if (method === 'HEAD') t.same(valuesOf(reply.lines, 'content-length'), ['1234']);
    }
  });

  t.test(`a length that is kept passes, one that is not cuts the answer, ${protocol}`, async (t) => {
    const of = (length: string, body: string) => (connection: RawHTTP2Connection, stream: number) => {
      connection.head(stream, [...ok, 'content-length', length]);
      connection.body(stream, body, endStream);
    };
    t.match((await get(of('4', 'four'))).reply, { status: 200, cut: false });
    for (const body of ['more than four', 'one']) {
      const { reply, outcome } = await get(of('4', body));
      // A body that comes with its head is known to be wrong before the head is sent on.
      t.ok(reply.status === 200 ? reply.cut : reply.status === 503, body);
      t.match(outcome, { kind: 'backend-failed', failure: { step: 'http', code: 'CONTENT_LENGTH_MISMATCH' } });
    }
  });

  t.test(`a stream that is reset in mid-answer cuts the client's, whatever the code, ${protocol}`, async (t) => {
    const before = backend.accepted();
    for (const code of [0, 2, 7, 8, 11]) {
      const { reply, outcome } = await get((connection, stream) => {
        connection.head(stream, ok);
        connection.body(stream, 'half');
        setTimeout(() => connection.reset(stream, code), 20);
      });
      t.match(reply, { status: 200, cut: true }, `code ${code}`);
      t.equal(reply.body.toString(), 'half');
      t.match(outcome, { kind: 'backend-failed', status: 200, failure: { step: 'http', code: 'STREAM_RESET' } });
    }
    t.equal(backend.accepted(), before, 'the connection goes on');
  });

  t.test(`a stream that is reset before its answer is a 503, ${protocol}`, async (t) => {
    for (const code of [0, 2, 8, 13]) {
      const { reply, outcome } = await get((connection, stream) => connection.reset(stream, code));
      t.match(reply, { status: 503, cut: false }, `code ${code}`);
      t.match(JSON.parse(reply.body.toString()), { kind: 'Status', reason: 'ServiceUnavailable' });
      t.match(outcome, { kind: 'backend-failed', status: 503, failure: { code: 'STREAM_RESET' } });
    }
  });

  t.test(`a connection that is lost in mid-answer cuts the client's, before it is a 503, ${protocol}`, async (t) => {
    for (const end of ['destroy', 'end'] as const) {
      const { reply, outcome } = await get((connection, stream) => {
        connection.head(stream, ok);
        connection.body(stream, 'half');
        setTimeout(() => connection.socket[end](), 20);
      });
      t.match(reply, { status: 200, cut: true }, end);
      t.match(outcome, { kind: 'backend-failed', failure: { code: 'CLOSED' } });
      const post = await get((connection) => void connection.socket[end](), 'POST');
      t.match(post.reply, { status: 503, cut: false }, end);
      t.match(post.outcome, { kind: 'backend-failed', failure: { code: 'CLOSED' } });
    }
  });
}

t.test('what is beyond ASCII stays the same bytes', async (t) => {
  const bytes = `${Buffer.from('Zoë 李').toString('latin1')}\u00ff`;
  for (const protocol of ['h1', 'h2'] as const) {
    const { reply } = await askFor(
      (connection, stream) => {
        connection.head(stream, [...ok, 'x-a', bytes, 'content-length', '0'], endStream);
      },
      { protocol },
    );
    t.same(valuesOf(reply.lines, 'x-a'), [bytes], protocol);
  }
});

t.test('a whole answer reaches a client that reads late, though the connection has ended meanwhile', async (t) => {
  const body = 'x'.repeat(400_000);
  answer = (connection, stream) => {
    connection.head(stream, [...ok, 'content-length', String(body.length)]);
    for (let at = 0; at < body.length; at += 16_000) {
      connection.body(stream, body.slice(at, at + 16_000), at + 16_000 >= body.length ? endStream : 0);
    }
    connection.goAway(stream);
    setTimeout(() => connection.socket.end(), 50);
  };
  const client = await proxy.connect();
  client.socket.pause();
  client.send('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  await eventually('the connection has ended', () => backend.open() === 0);
  client.socket.resume();
  t.equal((await client.closed).split('\r\n\r\n')[1]?.length, body.length);
  t.match(await proxy.front.nextOutcome(), { kind: 'completed', status: 200 });
});

t.test('lines that no header can hold are left out', async (t) => {
  const { reply } = await askFor((connection, stream) => {
    const bad = ['x a', 'evil', 'x-b', 'b\r\nset-cookie: evil', 'x-c', 'evil\0', 'x-d', 'evil\n', '', 'evil'];
    connection.head(stream, [...ok, ...bad, 'x-e', 'good'], endStream);
  });
  t.match(reply, { status: 200, cut: false });
  t.notMatch(reply.lines.join('\n'), /evil/);
  t.same(valuesOf(reply.lines, 'x-e'), ['good']);
});

t.test(
  'answers that break the rules of HTTP/2 become a Status, and never more than their own connection',
  async (t) => {
    const bad: readonly [string, (connection: RawHTTP2Connection, stream: number) => void][] = [
      ['connection', (c, s) => c.head(s, [...ok, 'connection', 'close'], endStream)],
      ['transfer-encoding', (c, s) => c.head(s, [...ok, 'transfer-encoding', 'chunked'], endStream)],
      ['keep-alive', (c, s) => c.head(s, [...ok, 'keep-alive', 'timeout=5'], endStream)],
      ['upgrade', (c, s) => c.head(s, [...ok, 'upgrade', 'h2c'], endStream)],
      ['no status', (c, s) => c.head(s, ['x-a', 'b'], endStream)],
      ['two statuses', (c, s) => c.head(s, [...ok, ...ok], endStream)],
      ['a status that is no number', (c, s) => c.head(s, [':status', 'abc'], endStream)],
      ['a status of two digits', (c, s) => c.head(s, [':status', '20'], endStream)],
      ['a switch of protocols', (c, s) => c.head(s, [':status', '101'])],
      ['an unknown pseudo header', (c, s) => c.head(s, [...ok, ':evil', 'x'], endStream)],
      ['a request pseudo header', (c, s) => c.head(s, [...ok, ':path', '/'], endStream)],
      ['a pseudo header behind others', (c, s) => c.head(s, ['x-a', 'b', ...ok], endStream)],
      ['an upper-case name', (c, s) => c.head(s, [...ok, 'X-A', 'b'], endStream)],
      ['two lengths', (c, s) => c.head(s, [...ok, 'content-length', '1', 'content-length', '2'])],
      ['a length that is no number', (c, s) => c.head(s, [...ok, 'content-length', '1a'])],
      ['a body before the head', (c, s) => c.body(s, 'evil', endStream)],
      ['an informational answer that ends', (c, s) => c.head(s, [':status', '103'], endStream)],
      [
        'a block that is no HPACK',
        (c, s) => c.send(frameTypes.headers, { stream: s, flags: 5, payload: Buffer.alloc(9, 255) }),
      ],
      ['a frame that is too long', (c, s) => c.body(s, 'x'.repeat(70_000), endStream)],
      [
        'a pushed stream',
        (c, s) =>
          c.send(frameTypes.pushPromise, {
            stream: s,
            flags: 4,
            payload: Buffer.concat([Buffer.from([0, 0, 0, 2]), toHeaderBlock([':method', 'GET', ':path', '/evil'])]),
          }),
      ],
      [
        'a window that overflows',
        (c, s) => c.send(frameTypes.windowUpdate, { stream: s, payload: Buffer.from([127, 255, 255, 255]) }),
      ],
      ['a window of nothing', (c, s) => c.send(frameTypes.windowUpdate, { stream: s, payload: Buffer.alloc(4) })],
      ['garbage', (c) => void c.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil')],
    ];
    const inStep = async (): Promise<Reply> => {
      answer = (connection, stream) => {
        connection.head(stream, ok);
        connection.body(stream, 'fine', endStream);
      };
      const reply = await ask({ port, ca });
      await proxy.front.nextOutcome();
      return reply;
    };
    for (const [what, how] of bad) {
      const { reply, outcome } = await askFor(how, { method: 'POST' });
      t.match(reply, { status: 503, cut: false }, what);
      t.match(JSON.parse(reply.body.toString()), { kind: 'Status' }, what);
      t.notMatch(reply.lines.join('\n'), /evil/, what);
      t.match(
        outcome,
        { kind: 'backend-failed', failure: { step: 'http', code: /^(NOT_HTTP|STREAM_RESET|CLOSED)$/ } },
        what,
      );
      const next = await inStep();
      t.match(next, { status: 200, cut: false }, `${what}: the next request`);
      t.equal(next.body.toString(), 'fine');
    }
  },
);
