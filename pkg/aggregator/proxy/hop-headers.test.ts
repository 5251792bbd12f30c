import t from 'tap';
import { ask, valuesOf } from '../../testing/ask.ts';
import { startHTTPBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, startProxy } from '../../testing/proxy-fixture.ts';

const pki = await newProxyPKI();
const ca = pki.authority.caPEM;
let seen: string[] = [];
let answer: string[] = [];
const backend = await startHTTPBackend({
  ...pki.backendTLS,
  onRequest: (request, response) => {
    seen = request.rawHeaders;
    request.resume();
    response.writeHead(200, answer).end('{}');
  },
});
const proxy = await startProxy({ pki, backend, warnings: ['mind the "gap"'] });
t.teardown(async () => {
  await proxy.close();
  await backend.close();
});
const { port } = proxy.front;
const names = (lines: readonly string[]): string[] =>
  lines.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());

t.test('what a client says about its connection stays there', async (t) => {
  const client = await proxy.connect();
  const lines = [
    'Connection: X-Custom, keep-alive',
    'Connection: x-other ,, cookie',
    'X-Custom: a',
    'X-Other: b',
    'Cookie: c',
    'Keep-Alive: timeout=5',
    'Proxy-Connection: keep-alive',
    'Proxy-Authorization: Basic x',
    'Upgrade: foo',
    'TE: gzip, trailers',
    'Trailer: X-T',
    'Transfer_Encoding: chunked',
    'Content_Length: 9',
    'Accept: a/b',
  ];
  client.send(`GET / HTTP/1.1\r\nHost: x\r\n${lines.join('\r\n')}\r\n\r\n`);
  await client.until('{}');
  t.same(
    names(seen).filter((name) => !/^x-(forwarded|remote)-/.test(name)),
    ['host', 'connection', 'te', 'accept', 'audit-id'],
  );
  t.equal(seen[seen.indexOf('TE') + 1], 'trailers');
  t.equal(seen[seen.indexOf('connection') + 1], 'keep-alive', 'our own connection');
});

t.test('ordinary lines keep their spelling, order and number', async (t) => {
  const lines = [
    'X-b',
    '1',
    'x-A',
    ' two words ',
    'X-b',
    '2',
    'Cookie',
    'a=1',
    'Accept-Encoding',
    'br',
    'User-Agent',
    'kubectl/v9',
    'If-None-Match',
    '"e"',
    'Range',
    'bytes=0-1',
    'traceparent',
    '00-x',
    'X-Empty',
    '',
  ];
  await ask({ port, ca, lines });
  const at = seen.indexOf('X-b');
  t.same(
    seen.slice(at, at + lines.length),
    lines.map((text) => text.trim()),
  );
});

t.test('a client that says little is not made to say more', async (t) => {
  await ask({ port, ca });
  t.notMatch(names(seen).join(), /user-agent|accept/);
});

t.test('cookies that HTTP/2 splits are joined, other lines are not', async (t) => {
  await ask({ port, ca, protocol: 'h2', lines: ['cookie', 'a=1', 'cookie', 'b=2', 'x-a', '1', 'x-a', '2'] });
  t.equal(seen[seen.indexOf('cookie') + 1], 'a=1; b=2');
  t.same(seen.filter((text) => text === 'cookie').length, 1);
  t.same(seen.filter((text) => text === 'x-a').length, 2);
});

t.test('the audit id is ours, both ways, once', async (t) => {
  answer = ['Audit-Id', 'theirs', 'Audit-Id', 'again'];
  for (const protocol of ['h1', 'h2'] as const) {
    const reply = await ask({ port, ca, protocol, lines: ['audit-id', 'mine', 'audit_id', 'mine'] });
    t.same(valuesOf(reply.lines, 'audit-id'), ['audit-1']);
    t.same(
      seen.filter((_, index) => index % 2 === 1 && /^audit/i.test(seen[index - 1] ?? '')),
      ['audit-1'],
    );
  }
});

for (const protocol of ['h1', 'h2'] as const) {
  t.test(`what a backend says about its connection stays there, ${protocol}`, async (t) => {
    answer = [
      'Connection',
      'X-Hop, close',
      'X-Hop',
      'drop',
      'Keep-Alive',
      'timeout=9',
      'Proxy-Authenticate',
      'Basic',
      'Proxy-Connection',
      'x',
      'Upgrade',
      'h2c',
      'Server',
      'echo',
      'Content-Length',
      '2',
    ];
    const reply = await ask({ port, ca, protocol });
    t.match(reply, { status: 200, cut: false });
    t.notMatch(names(reply.lines).join(), /x-hop|proxy|upgrade/);
    t.notMatch(reply.lines, ['timeout=9']);
    t.same(valuesOf(reply.lines, 'server'), ['echo']);
  });

  t.test(
    `repeated answer lines stay apart, Cache-Control is the backend's, warnings add up, ${protocol}`,
    async (t) => {
      answer = [
        'Set-Cookie',
        'a=1',
        'Set-Cookie',
        'b=2',
        'X-Dup',
        '1',
        'X-Dup',
        '2',
        'Cache-Control',
        'max-age=5',
        'Warning',
        '299 - "careful"',
        'Vary',
        'A',
        'Vary',
        'B',
      ];
      const { lines } = await ask({ port, ca, protocol });
      t.same(valuesOf(lines, 'set-cookie'), ['a=1', 'b=2']);
      t.same(valuesOf(lines, 'x-dup').join(', '), '1, 2');
      t.same(valuesOf(lines, 'cache-control'), ['max-age=5']);
      t.same(valuesOf(lines, 'warning').join(', '), '299 - "careful", 299 - "mind the \\"gap\\""');
      answer = [];
      t.same(valuesOf((await ask({ port, ca, protocol })).lines, 'cache-control'), ['no-cache, private']);
    },
  );

  t.test(`a backend cannot open the gateway's origin to other sites, ${protocol}`, async (t) => {
    answer = [
      'Access-Control-Allow-Origin',
      '*',
      'Access-Control-Allow-Credentials',
      'true',
      'Access-Control-Max-Age',
      '9',
    ];
    const { lines } = await ask({ port, ca, protocol });
    t.notMatch(names(lines).join(), /access-control-allow/);
  });
}
