import t from 'tap';
import { ask, valuesOf } from '../../testing/ask.ts';
import { startHTTPBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, startProxy } from '../../testing/proxy-fixture.ts';
import { alice } from '../../testing/proxy-front.ts';

const pki = await newProxyPKI();
const ca = pki.authority.caPEM;
let seen: string[] = [];
const backend = await startHTTPBackend({
  ...pki.backendTLS,
  http2: true,
  onRequest: (request, response) => {
    seen = request.rawHeaders;
    request.resume().once('end', () => response.end('{}'));
  },
});
const groups = Array.from({ length: 100 }, (_, index) => `group-${index}`);
const proxy = await startProxy({ pki, backend, user: { ...alice, groups } });
t.teardown(async () => {
  await proxy.close();
  await backend.close();
});
const { port } = proxy.front;
const names = (): string[] => seen.filter((_, index) => index % 2 === 0);

t.test('method, scheme, authority and path come first, and there is no Host', async (t) => {
  for (const protocol of ['h1', 'h2'] as const) {
    await ask({ port, ca, protocol, method: 'DELETE', path: '/a%2Fb;c?d=e&d=f' });
    const authority = `127.0.0.1:${backend.port}`;
    const pseudo = [':method', 'DELETE', ':scheme', 'https', ':authority', authority, ':path', '/a%2Fb;c?d=e&d=f'];
    t.same(seen.slice(0, 8), pseudo);
    t.notMatch(names().slice(4), [/^:/]);
    t.notOk(names().includes('host'));
  }
});

t.test('what concerns the connection of the client stays there', async (t) => {
  const client = await proxy.connect();
  const lines = [
    'Connection: X-Custom, keep-alive, TE',
    'X-Custom: a',
    'Keep-Alive: timeout=5',
    'Proxy-Connection: keep-alive',
    'Transfer-Encoding: chunked',
    'TE: gzip, trailers',
    'Upgrade-Insecure-Requests: 1',
    'HTTP2-Settings: x',
  ];
  client.send(`POST / HTTP/1.1\r\nHost: x\r\n${lines.join('\r\n')}\r\n\r\n0\r\n\r\n`);
  t.match(await client.until('{}'), /^HTTP\/1.1 200/);
  t.same(
    names().filter((name) => !/^(:|x-(forwarded|remote)-)/.test(name)),
    ['te', 'upgrade-insecure-requests', 'audit-id'],
  );
  await ask({ port, ca, lines: ['TE', 'gzip, trailers'] });
  t.same(valuesOf(seen, 'te'), ['trailers']);
});

t.test('repeated lines stay apart and in order, cookies come together, groups each on its own', async (t) => {
  const lines = [
    'X-A',
    '1',
    'Content-Type',
    'a/b',
    'x-a',
    '2',
    'Cookie',
    'a=1',
    'content-type',
    'c/d',
    'Cookie',
    'b=2',
  ];
  t.equal((await ask({ port, ca, lines })).status, 200);
  t.same(valuesOf(seen, 'x-a'), ['1', '2']);
  t.same(
    valuesOf(seen, 'content-type'),
    ['a/b', 'c/d'],
    'also where only one makes sense: that is the backend to judge',
  );
  t.same(valuesOf(seen, 'cookie'), ['a=1; b=2']);
  t.same(valuesOf(seen, 'x-remote-group'), groups);
});

t.test('a body has its length where the client gave one', async (t) => {
  await ask({ port, ca, method: 'PUT', body: 'four' });
  t.same(valuesOf(seen, 'content-length'), ['4']);
  await ask({ port, ca, protocol: 'h2', method: 'PUT', body: 'four' });
  t.same(valuesOf(seen, 'content-length'), []);
  await ask({ port, ca, protocol: 'h2', method: 'POST' });
  t.same(valuesOf(seen, 'content-length'), ['0'], 'as Go says it');
  await ask({ port, ca, protocol: 'h2' });
  t.same(valuesOf(seen, 'content-length'), []);
});

t.test('HTTP/2 is not used where it is not wanted, and not in plain text', async (t) => {
  const without = await startProxy({ pki, backend, transport: { http2: false } });
  t.teardown(() => without.close());
  t.equal((await ask({ port: without.front.port, ca })).status, 200);
  t.same(without.transport.connections, { http1: 1, http2: 0, streams: 0 });
  t.same(seen.slice(0, 1), ['host']);
});
