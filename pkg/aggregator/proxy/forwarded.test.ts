import t from 'tap';
import { ask, valuesOf } from '../../testing/ask.ts';
import { eventually } from '../../testing/eventually.ts';
import { startHTTPBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, startProxy } from '../../testing/proxy-fixture.ts';
import { parseTrustedProxies } from './trusted-proxies.ts';

const pki = await newProxyPKI();
const ca = pki.authority.caPEM;
let seen: string[] = [];
const backend = await startHTTPBackend({
  ...pki.backendTLS,
  onRequest: (request, response) => {
    seen = request.rawHeaders;
    response.end();
  },
  onUpgrade: (request, socket) => {
    seen = request.rawHeaders;
    socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
  },
});
const trusting = await startProxy({ pki, backend, transport: { trustedProxies: parseTrustedProxies('127.0.0.0/8') } });
const wary = await startProxy({ pki, backend, transport: { trustedProxies: parseTrustedProxies('10.0.0.0/8, ::1') } });
t.teardown(async () => {
  await Promise.all([trusting.close(), wary.close()]);
  await backend.close();
});
const lowered = (): string[] => seen.map((text, index) => (index % 2 === 0 ? text.toLowerCase() : text));
const told = (name: string): string[] => valuesOf(lowered(), name);

const words = [
  ['x-forwarded-for', '203.0.113.7, 10.0.0.1'],
  ['x-forwarded-host', 'api.example.com'],
  ['x-forwarded-proto', 'http'],
  ['x-forwarded-port', '80'],
  ['x-forwarded-prefix', '/behind'],
  ['x-forwarded-uri', '/elsewhere'],
  ['x-real-ip', '203.0.113.7'],
  ['forwarded', 'for=203.0.113.7'],
  ['x-forwarded-client-cert', 'Subject="CN=root"'],
  ['x_forwarded_for', '6.6.6.6'],
].flat();

for (const protocol of ['h1', 'h2'] as const) {
  t.test(`a trusted proxy is believed, and added to the way, ${protocol}`, async (t) => {
    const { port } = trusting.front;
    await ask({ port, ca, protocol, lines: words, path: '/here?x=1' });
    t.same(told('x-forwarded-for'), ['203.0.113.7, 10.0.0.1, 127.0.0.1']);
    t.same(told('x-forwarded-host'), ['api.example.com']);
    t.same(told('x-forwarded-proto'), ['http']);
    t.same(told('x-forwarded-port'), ['80']);
    t.same(told('x-forwarded-prefix'), ['/behind']);
    t.same(told('x-real-ip'), ['203.0.113.7']);
    t.same(told('x-forwarded-uri'), ['/here'], 'which is the path that we got');
    t.same(told('forwarded'), [`for=203.0.113.7, for=127.0.0.1;host="localhost:${port}";proto=https`]);
    t.same(told('x-forwarded-client-cert'), [], 'identity is never taken from there');
    t.notMatch(seen, ['6.6.6.6']);
  });

  t.test(`a trusted proxy that says nothing gets what everybody gets, ${protocol}`, async (t) => {
    const { port } = trusting.front;
    await ask({ port, ca, protocol });
    t.same(told('x-forwarded-for'), ['127.0.0.1']);
    t.same(told('x-forwarded-host'), [`localhost:${port}`]);
    t.same(told('x-forwarded-proto'), ['https']);
    for (const name of ['forwarded', 'x-real-ip', 'x-forwarded-port', 'x-forwarded-prefix']) t.same(told(name), []);
  });

  t.test(`anybody else is not, ${protocol}`, async (t) => {
    const { port } = wary.front;
    await ask({ port, ca, protocol, lines: words, path: '/here' });
    t.same(told('x-forwarded-for'), ['127.0.0.1']);
    t.same(told('x-forwarded-host'), [`localhost:${port}`]);
    t.same(told('x-forwarded-proto'), ['https']);
    for (const name of ['forwarded', 'x-real-ip', 'x-forwarded-port', 'x-forwarded-prefix']) t.same(told(name), []);
    t.notMatch(seen.join('\n'), /203\.0|api\.example|6\.6\.6\.6/);
  });
}

t.test('what a trusted proxy says of its own connection only is not passed on', async (t) => {
  const lines = ['Connection', 'X-Real-Ip', 'X-Real-Ip', '203.0.113.7', 'X-Forwarded-For', ''];
  await ask({ port: trusting.front.port, ca, lines });
  t.same(told('x-real-ip'), []);
  t.same(told('x-forwarded-for'), ['127.0.0.1']);
});

t.test('upgrades follow the same rule', async (t) => {
  for (const [proxy, way] of [
    [trusting, '203.0.113.7, 127.0.0.1'],
    [wary, '127.0.0.1'],
  ] as const) {
    const client = await proxy.connect();
    seen = [];
    client.send(
      'GET / HTTP/1.1\r\nHost: gw\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n',
    );
    await client.closed;
    await eventually('the backend was asked', () => seen.length > 0);
    t.same(told('x-forwarded-for'), [way]);
  }
});

t.test('no line says that a gateway was on the way, except those of others', async (t) => {
  const reply = await ask({ port: wary.front.port, ca });
  t.same(told('via'), []);
  t.same(valuesOf(reply.lines, 'via'), []);
  await ask({ port: wary.front.port, ca, lines: ['Via', '1.1 other'] });
  t.same(told('via'), ['1.1 other']);
});

t.test('addresses and ranges of both families', async (t) => {
  const trusted = parseTrustedProxies('10.0.0.0/8,192.0.2.1, fd00::/8,::1,0.0.0.0/32');
  for (const address of ['10.255.0.1', '192.0.2.1', 'fd12::1', '::1', '0.0.0.0'])
    t.equal(trusted.includes(address), true);
  for (const address of ['11.0.0.1', '192.0.2.2', 'fe80::1', '::2', '', 'localhost', '10.0.0.1:80']) {
    t.equal(trusted.includes(address), false, address);
  }
  t.equal(parseTrustedProxies('0.0.0.0/0').includes('203.0.113.7'), true);
  for (const bad of [
    '',
    'localhost',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '::/129',
    '10.0.0.0/-1',
    '10.0.0.0/8,',
    '10.0.0.0/0x8',
  ]) {
    t.throws(() => parseTrustedProxies(bad), /is neither an IP address nor a range/, bad);
  }
});
