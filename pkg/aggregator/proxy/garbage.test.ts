import t, { type Test } from 'tap';
import { ask } from '../../testing/ask.ts';
import { startScriptedBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, startProxy } from '../../testing/proxy-fixture.ts';

const pki = await newProxyPKI();
const ca = pki.authority.caPEM;

async function answerTo(t: Test, answer: string, protocol: 'h1' | 'h2' = 'h1') {
  const backend = await startScriptedBackend(pki.backendTLS, answer, (socket) => socket.end());
  const proxy = await startProxy({ pki, backend, options: { timeoutMs: 2_000 } });
  t.teardown(async () => {
    await proxy.close();
    await backend.close();
  });
  const reply = await ask({ port: proxy.front.port, ca, protocol });
  return { reply, outcome: await proxy.front.nextOutcome() };
}

const ok = 'HTTP/1.1 200 OK\r\n';

for (const [what, answer, code] of [
  ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n', 'NOT_HTTP'],
  ['binary', '\u0000\u0001\u0002\u00ff\r\n\r\n', 'NOT_HTTP'],
  ['a request', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', 'NOT_HTTP'],
  ['a status that is no number', 'HTTP/1.1 abc OK\r\n\r\n', 'NOT_HTTP'],
  ['a status below 100', 'HTTP/1.1 042 Low\r\nContent-Length: 0\r\n\r\n', /./],
  ['another version of HTTP', 'HTTP/9.9 200 OK\r\n\r\n', 'NOT_HTTP'],
  ['a folded header line', `${ok}X-A: 1\r\n folded\r\nContent-Length: 0\r\n\r\n`, 'NOT_HTTP'],
  ['a header line without a colon', `${ok}nonsense\r\n\r\n`, 'NOT_HTTP'],
  ['a space before the colon', `${ok}X-A : 1\r\nContent-Length: 0\r\n\r\n`, 'NOT_HTTP'],
  ['a NUL in a value', `${ok}X-A: a\u0000b\r\nContent-Length: 0\r\n\r\n`, 'NOT_HTTP'],
  ['two lengths', `${ok}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`, /NOT_HTTP|CONTENT_LENGTH_MISMATCH/],
  ['a length and chunks', `${ok}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, /NOT_HTTP|MISMATCH/],
  ['a length that is no number', `${ok}Content-Length: 1a\r\n\r\na`, /NOT_HTTP|MISMATCH/],
  [
    'another transfer coding',
    `${ok}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    'UNSUPPORTED_TRANSFER_ENCODING',
  ],
  [
    'an upgrade that nobody asked for',
    'HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
    'NOT_HTTP',
  ],
  ['a head without an end', `${ok}X-A: ${'a'.repeat(300_000)}`, 'HEAD_TOO_LARGE'],
  ['too many header lines', `${ok}${'X-A: b\r\n'.repeat(100_000)}\r\n`, 'HEAD_TOO_LARGE'],
] as const) {
  t.test(`${what} is a 503 Status`, async (t) => {
    const { reply, outcome } = await answerTo(t, answer);
    t.match(reply, { status: 503, cut: false });
    t.match(JSON.parse(reply.body.toString()), { kind: 'Status', reason: 'ServiceUnavailable' });
    t.match(outcome, { kind: 'backend-failed', status: 503, failure: { step: 'http', code } });
  });
}

for (const protocol of ['h1', 'h2'] as const) {
  for (const [what, body] of [
    ['a chunk size that is no number', '3\r\nabc\r\nxyz\r\n'],
    ['a chunk that is longer than it says', '3\r\nabcdef\r\n0\r\n\r\n'],
    ['a chunk size beyond all numbers', '3\r\nabc\r\nffffffffffffffffffff\r\n'],
  ] as const) {
    t.test(`${what} cuts the answer, ${protocol}`, async (t) => {
      const { reply, outcome } = await answerTo(t, `${ok}Transfer-Encoding: chunked\r\n\r\n${body}`, protocol);
      t.match(reply, { status: 200, cut: true });
      t.match(outcome, { kind: 'backend-failed', failure: { step: 'http', code: 'NOT_HTTP' } });
    });
  }

  t.test(`a head that is large and not too large passes, ${protocol}`, async (t) => {
    const value = 'v'.repeat(8_000);
    const { reply } = await answerTo(t, `${ok}X-A: ${value}\r\nX-B: ${value}\r\nContent-Length: 2\r\n\r\nok`, protocol);
    t.match(reply, { status: 200, cut: false });
    t.ok(reply.lines.includes(value));
  });

  t.test(`repeated lines that HTTP/2 has once, and odd statuses and reasons, do no harm, ${protocol}`, async (t) => {
    const answer = `HTTP/1.1 599 caf\u00e9 \u0001x\r\nETag: "1"\r\nETag: "2"\r\nContent-Type: a/b\r\nContent-Type: c/d\r\nhttp2-settings: x\r\nContent-Length: 2\r\n\r\nok`;
    const { reply } = await answerTo(t, answer.replace('\u0001', ''), protocol);
    t.match(reply, { status: 599, cut: false });
    t.equal(reply.body.toString(), 'ok');
  });
}

t.test('a status that HTTP/2 cannot send is a 503 there', async (t) => {
  const { reply } = await answerTo(t, 'HTTP/1.1 799 Odd\r\nETag: x\r\nContent-Length: 2\r\n\r\nok', 'h2');
  t.match(reply, { status: 503, cut: false });
  t.notOk(reply.lines.includes('etag'), 'nothing is left of the answer that could not be sent');
});

t.test('bytes after the end of an answer never get into the next', async (t) => {
  const answer = `${ok}Content-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`;
  const backend = await startScriptedBackend(pki.backendTLS, answer);
  const proxy = await startProxy({ pki, backend });
  t.teardown(async () => {
    await proxy.close();
    await backend.close();
  });
  for (let index = 0; index < 4; index++) {
    const reply = await ask({ port: proxy.front.port, ca });
    t.equal(reply.body.toString(), 'ok');
  }
});
