import type { TLSSocket } from 'node:tls';
import t from 'tap';
import { ask } from '../../testing/ask.ts';
import { startTLSBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, startProxy } from '../../testing/proxy-fixture.ts';

const pki = await newProxyPKI();
const ca = pki.authority.caPEM;
const good = (body: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const evil = good('evil');

/** The answer to `/bad`; whatever it is, all other requests get their own path back. */
let bad = '';
const backend = await startTLSBackend(pki.backendTLS, (socket: TLSSocket) => {
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    const [head] = /^[A-Z]+ \S+ HTTP\/1\.1\r\n[^]*?\r\n\r\n/.exec(text) ?? [];
    if (head === undefined) return;
    text = text.slice(head.length);
    const path = head.split(' ', 2)[1] ?? '';
    if (path === '/bad') socket.write(bad, 'latin1');
    else socket.write(good(path));
  });
});
const proxy = await startProxy({ pki, backend, options: { timeoutMs: 300 } });
t.teardown(async () => {
  await proxy.close();
  await backend.close();
});
const { port } = proxy.front;

const ok = 'HTTP/1.1 200 OK\r\n';
const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n`;

/** Answers of which nothing may reach a client: whoever asked gets a `Status`. */
const heads: readonly [string, string][] = [
  ['nothing but a line', '\r\n\r\n'],
  ['no version', '200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['another protocol', 'ICY 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['the protocol in lower case', 'http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['another version', 'HTTP/3.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['a version of two digits', 'HTTP/1.10 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['a version without its minor', 'HTTP/1 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['a blank before the version', ' HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['two blanks before the status', 'HTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['a tab before the status', 'HTTP/1.1\t200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['a status of two digits', 'HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n'],
  ['a status of four digits', 'HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n'],
  ['a status with a sign', 'HTTP/1.1 +20 OK\r\nContent-Length: 0\r\n\r\n'],
  ['a status with letters', 'HTTP/1.1 2x0 OK\r\nContent-Length: 0\r\n\r\n'],
  ['no status', 'HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n'],
  ['a switch that nobody asked for', `HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n${evil}`],
  ['a bare line feed after the status line', 'HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n'],
  ['a bare carriage return after the status line', 'HTTP/1.1 200 OK\rContent-Length: 0\r\n\r\n'],
  ['bare line feeds throughout', 'HTTP/1.1 200 OK\nContent-Length: 0\n\n'],
  ['a length and chunks', `${ok}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['chunks and a length', `${ok}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`],
  ['two lengths', `${ok}Content-Length: 2\r\nContent-Length: 4\r\n\r\nokxx`],
  ['a list of lengths', `${ok}Content-Length: 2, 4\r\n\r\nokxx`],
  ['a length below zero', `${ok}Content-Length: -2\r\n\r\nok`],
  ['a length with a plus', `${ok}Content-Length: +2\r\n\r\nok`],
  ['a length in hexadecimal', `${ok}Content-Length: 0x2\r\n\r\nok`],
  ['a length with letters', `${ok}Content-Length: 2a\r\n\r\nok`],
  ['a length with a blank inside', `${ok}Content-Length: 2 2\r\n\r\nok`],
  ['a length without digits', `${ok}Content-Length:\r\n\r\nok`],
  ['a length beyond 64 bits', `${ok}Content-Length: 18446744073709551618\r\n\r\nok`],
  ['a blank before the colon of a length', `${ok}Content-Length : 2\r\n\r\nok`],
  ['a length over two lines', `${ok}Content-Length:\r\n 2\r\n\r\nok`],
  ['another coding', `${ok}Transfer-Encoding: gzip\r\n\r\n`],
  ['another coding and chunks', `${ok}Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`],
  ['chunks and another coding', `${ok}Transfer-Encoding: chunked, gzip\r\n\r\n2\r\nok\r\n0\r\n\r\n`],
  ['chunks twice', `${ok}Transfer-Encoding: chunked, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`],
  ['almost chunked', `${ok}Transfer-Encoding: xchunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`],
  ['chunked in quotes', `${ok}Transfer-Encoding: "chunked"\r\n\r\n2\r\nok\r\n0\r\n\r\n`],
  ['chunked with a control character', `${ok}Transfer-Encoding: \u000bchunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`],
  ['a blank before the colon of chunked', `${ok}Transfer-Encoding : chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`],
  ['a bare line feed before chunked', `${ok}X: y\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`],
  ['a folded line', `${ok}X: a\r\n b\r\nContent-Length: 2\r\n\r\nok`],
  ['a line folded by a tab', `${ok}X: a\r\n\tb\r\nContent-Length: 2\r\n\r\nok`],
  ['a folded line at the start', `${ok} X: a\r\nContent-Length: 2\r\n\r\nok`],
  ['a line without a colon', `${ok}nonsense\r\nContent-Length: 2\r\n\r\nok`],
  ['a line without a name', `${ok}: y\r\nContent-Length: 2\r\n\r\nok`],
  ['a blank in a name', `${ok}X Y: z\r\nContent-Length: 2\r\n\r\nok`],
  ['a control character in a name', `${ok}X\u0001: z\r\nContent-Length: 2\r\n\r\nok`],
  ['a byte beyond ASCII in a name', `${ok}X\u00e9: z\r\nContent-Length: 2\r\n\r\nok`],
  ['a NUL in a value', `${ok}X: a\u0000b\r\nContent-Length: 2\r\n\r\nok`],
  ['a bare carriage return in a value', `${ok}X: a\rb\r\nContent-Length: 2\r\n\r\nok`],
  ['a redirect', `HTTP/1.1 302 F\r\nLocation: https://evil/\r\nContent-Length: 0\r\n\r\n`],
  ['a head without an end', `${ok}X: ${'y'.repeat(300_000)}`],
];

/** Answers that break in the body: the client sees theirs broken off, never ended. */
const bodies: readonly [string, string][] = [
  ['a size that is no number', `${chunked}2\r\nok\r\nxyz\r\n`],
  ['a size with 0x', `${chunked}2\r\nok\r\n0x2\r\nok\r\n0\r\n\r\n`],
  ['a size below zero', `${chunked}2\r\nok\r\n-2\r\nok\r\n0\r\n\r\n`],
  ['a size beyond 64 bits', `${chunked}2\r\nok\r\n10000000000000002\r\nok\r\n`],
  ['a size with a blank before it', `${chunked}2\r\nok\r\n 2\r\nok\r\n0\r\n\r\n`],
  ['no size', `${chunked}2\r\nok\r\n\r\nok\r\n0\r\n\r\n`],
  ['a chunk longer than it says', `${chunked}2\r\nokay\r\n0\r\n\r\n`],
  ['a chunk that ends with a bare line feed', `${chunked}2\r\nok\n0\r\n\r\n`],
  ['a size that ends with a bare line feed', `${chunked}2\nok\r\n0\r\n\r\n`],
  ['a bare line feed in an extension', `${chunked}2;a\nb\r\nok\r\n0\r\n\r\n`],
  ['a trailer without a colon', `${chunked}2\r\nok\r\n0\r\nnonsense\r\n\r\n`],
  ['a folded trailer', `${chunked}2\r\nok\r\n0\r\nX: a\r\n b\r\n\r\n`],
  ['a NUL in a trailer', `${chunked}2\r\nok\r\n0\r\nX: a\u0000\r\n\r\n`],
];

/** Answers that are whole, with more behind them: the rest is for nobody. */
const followed: readonly [string, string][] = [
  ['another answer', `${good('ok')}${evil}`],
  ['another answer behind chunks', `${chunked}2\r\nok\r\n0\r\n\r\n${evil}`],
  ['another answer behind 204', `HTTP/1.1 204 No Content\r\n\r\n${evil}`],
  ['a body behind 204', `HTTP/1.1 204 No Content\r\nContent-Length: ${evil.length}\r\n\r\n${evil}`],
  ['another answer behind 304', `HTTP/1.1 304 Not Modified\r\n\r\n${evil}`],
  ['chunks behind 304', `HTTP/1.1 304 N\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nevil\r\n0\r\n\r\n`],
  ['half an answer', `${good('ok')}HTTP/1.1 200 OK\r\nContent-Le`],
  ['garbage', `${good('ok')}\u0000\u0001\u0002evil`],
  ['a thousand answers', `${good('ok')}${evil.repeat(1000)}`],
  ['an answer behind a hint', `HTTP/1.1 103 H\r\nLink: </x>\r\n\r\n${good('ok')}${evil}`],
];

/** Nobody gets an answer that was for somebody else. A connection that breaks just then costs its request a Status, at worst. */
async function isInStep(): Promise<boolean> {
  const paths = ['/a', '/b', '/c', '/d'];
  const replies = await Promise.all(
    paths.map((path, index) => ask({ port, ca, path, protocol: index % 2 === 0 ? 'h1' : 'h2' })),
  );
  return replies.every(({ status, body }, index) => status === 503 || body.toString() === paths[index]);
}

for (const protocol of ['h1', 'h2'] as const) {
  t.test(`${heads.length} malformed heads of answers become a Status, ${protocol}`, async (t) => {
    t.ok(heads.length + bodies.length >= 60);
    for (const [what, answer] of heads) {
      bad = answer;
      const reply = await ask({ port, ca, protocol, path: '/bad' });
      t.ok([502, 503, 504].includes(reply.status), `${what}: ${reply.status}`);
      t.equal(reply.cut, false, what);
      t.match(JSON.parse(reply.body.toString()), { kind: 'Status', status: 'Failure' }, what);
      t.notMatch(reply.lines.join('\n'), /evil/, what);
    }
    t.equal(await isInStep(), true);
  });

  t.test(`${bodies.length} malformed bodies of answers break off, ${protocol}`, async (t) => {
    for (const [what, answer] of bodies) {
      bad = answer;
      const reply = await ask({ port, ca, protocol, path: '/bad' });
      if (reply.status === 200) t.equal(reply.cut, true, what);
      else t.equal(reply.status, 503, what);
      t.equal(await isInStep(), true, what);
    }
  });

  t.test(`what stands behind an answer is for nobody, ${protocol}`, async (t) => {
    for (const [what, answer] of followed) {
      bad = answer;
      for (const method of ['GET', 'HEAD', 'POST']) {
        const reply = await ask({ port, ca, protocol, path: '/bad', method });
        t.notMatch(reply.body.toString(), /evil/, `${what}, ${method}`);
        t.equal(await isInStep(), true, `${what}, ${method}`);
      }
    }
  });
}

t.test('a body behind the answer to HEAD is for nobody', async (t) => {
  for (const answer of [good('evil'), `${chunked}4\r\nevil\r\n0\r\n\r\n`, `${ok}\r\nevil`]) {
    bad = answer;
    const reply = await ask({ port, ca, path: '/bad', method: 'HEAD' });
    t.match(reply, { status: 200, cut: false });
    t.equal(await isInStep(), true);
  }
});

t.test('an answer that comes before its question is for nobody', async (t) => {
  const early = await startTLSBackend(pki.backendTLS, (socket) => {
    socket.write(evil);
    socket.on('data', () => socket.write(good('own')));
  });
  const second = await startProxy({ pki, backend: early, options: { timeoutMs: 300 } });
  t.teardown(async () => {
    await second.close();
    await early.close();
  });
  for (let index = 0; index < 5; index++) {
    const { status } = await ask({ port: second.front.port, ca });
    // Only the very first bytes of a connection cannot be told from an answer that is quick.
    t.ok([200, 503].includes(status));
  }
  // On a connection in stock nobody has asked: what comes there ends it.
  const chatty: TLSSocket[] = [];
  const unasked = await startTLSBackend(pki.backendTLS, (socket) => {
    chatty.push(socket);
    socket.on('data', () => socket.write(good('own')));
  });
  const third = await startProxy({ pki, backend: unasked, options: { timeoutMs: 300 } });
  t.teardown(async () => {
    await third.close();
    await unasked.close();
  });
  for (let index = 0; index < 5; index++) {
    const { body } = await ask({ port: third.front.port, ca });
    t.equal(body.toString(), 'own');
    const closed = new Promise((resolve) => chatty.at(-1)?.once('close', resolve));
    chatty.at(-1)?.write(evil);
    await closed;
  }
});
