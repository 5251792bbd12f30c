import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { eventually } from '../../testing/eventually.ts';
import {
  type FakeBackend,
  startScriptedBackend,
  startTCPBackend,
  startTLSBackend,
} from '../../testing/fake-backend.ts';
import { newProxyPKI, type ProxyOptions, startProxy } from '../../testing/proxy-fixture.ts';
import { openRawClient } from '../../testing/raw-client.ts';

const pki = await newProxyPKI();
const ca = pki.authority.caPEM;

async function proxyTo(t: Test, backend: FakeBackend, options: Partial<ProxyOptions> = {}) {
  const transport = { upgradeProtocols: ['websocket', 'spdy/3.1', 'imaginary/1.0'], ...options.transport };
  const proxy = await startProxy({ pki, backend, ...options, transport });
  t.teardown(async () => {
    await proxy.close();
    await backend.close();
  });
  return proxy;
}

const protocols = {
  websocket: { request: 'GET', asked: 'websocket', lines: 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: abc\r\n' },
  spdy: { request: 'POST', asked: 'SPDY/3.1', lines: 'Content-Length: 0\r\nX-Stream-Protocol-Version: v4\r\n' },
  other: { request: 'GET', asked: 'Imaginary/1.0, websocket', lines: '' },
} as const;

const target = '/apis/g/v1//a%2Fb/exec?command=x;y&stdin=1&stdin=2#z';

function question(kind: keyof typeof protocols, more = ''): string {
  const { request, asked, lines } = protocols[kind];
  return `${request} ${target} HTTP/1.1\r\nHost: gw\r\nConnection: keep-alive, Upgrade\r\nUpgrade: ${asked}\r\n${lines}${more}\r\n`;
}

function switching(kind: keyof typeof protocols, more = ''): string {
  const protocol = protocols[kind].asked.split(',', 1)[0];
  return `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n${more}\r\n`;
}

/** A backend that switches, remembers the request, and echoes what comes then. */
async function startEcho(
  kind: keyof typeof protocols,
  answer = switching(kind, 'X-Accept: yes\r\nX-Accept: also\r\n'),
) {
  const heads: string[] = [];
  const backend = await startTLSBackend(pki.backendTLS, (socket) => {
    let text = '';
    const onData = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      heads.push(text.slice(0, end));
      socket.off('data', onData);
      socket.write(answer);
      socket.write(text.slice(end + 4));
      socket.pipe(socket);
    };
    socket.on('data', onData);
  });
  return { backend, heads };
}

for (const kind of ['websocket', 'spdy', 'other'] as const) {
  t.test(`${kind}: an upgrade is carried there and back, and bytes flow both ways`, async (t) => {
    const { backend, heads } = await startEcho(kind);
    const proxy = await proxyTo(t, backend);
    const client = await proxy.connect();
    client.send(`${question(kind)}early `);
    await client.until('early ');
    const text = client.received();
    t.match(text, /^HTTP\/1\.1 101 Switching Protocols\r\n/);
    t.match(text, new RegExp(`\r\nUpgrade: ${protocols[kind].asked.split(',', 1)[0]}\r\n`, 'i'));
    t.match(text, /\r\nConnection: Upgrade\r\n/i);
    t.match(text, /\r\nX-Accept: yes\r\nX-Accept: also\r\n/i);
    t.match(text, /\r\nAudit-Id: audit-1\r\n/i);
    client.send('late');
    await client.until(/early late$/);

    const { request, asked } = protocols[kind];
    const [line, ...lines] = (heads[0] ?? '').split('\r\n');
    t.equal(line, `${request} ${target} HTTP/1.1`, 'the target byte by byte');
    const named = (name: string): string[] =>
      lines.filter((each) => each.toLowerCase().startsWith(`${name}: `)).map((each) => each.slice(name.length + 2));
    t.same(named('host'), [`127.0.0.1:${backend.port}`]);
    t.same(named('upgrade'), [asked]);
    t.same(named('connection'), ['Upgrade']);
    t.same(named('x-remote-user'), ['alice']);
    t.same(named('x-remote-group'), ['dev', 'system:authenticated']);
    t.same(named('x-remote-extra-scopes'), ['read', 'write']);
    t.same(named('x-forwarded-for'), ['127.0.0.1']);
    t.same(named('x-forwarded-host'), ['gw']);
    t.same(named('transfer-encoding'), []);

    client.socket.destroy();
    t.same(await proxy.front.nextOutcome(), { kind: 'completed', status: 101 });
    await eventually('the backend is left', () => backend.open() === 0);
  });

  t.test(`${kind}: identity cannot be smuggled in`, async (t) => {
    const { backend, heads } = await startEcho(kind);
    const proxy = await proxyTo(t, backend);
    const client = await proxy.connect();
    const spoofed =
      'X-Remote-User: root\r\nx_remote_group: system:masters\r\nAuthorization: Bearer t\r\nX-Forwarded-For: 6.6.6.6\r\nConnection: X-Remote-Uid\r\nX-Remote-Uid: 0\r\n';
    client.send(question(kind, spoofed));
    await client.until('\r\n\r\n');
    t.notMatch(heads[0] ?? '', /root|masters|Bearer|6\.6\.6\.6|X-Remote-Uid: 0/i);
    t.match(heads[0] ?? '', /X-Remote-User: alice/);
  });

  t.test(`${kind}: tokens among the protocols of a WebSocket stay here`, async (t) => {
    const { backend, heads } = await startEcho(kind);
    const proxy = await proxyTo(t, backend);
    const token = 'base64url.bearer.authorization.k8s.io.c2VjcmV0';
    for (const lines of [
      `Sec-WebSocket-Protocol: v5.channel.k8s.io, ${token},v4.channel.k8s.io\r\n`,
      `sec-websocket-protocol: ${token}\r\nSec-WebSocket-Protocol: v5.channel.k8s.io\r\n`,
    ]) {
      const client = await proxy.connect();
      client.send(question(kind, lines));
      await client.until('\r\n\r\n');
    }
    const seen = heads.map((head) => head.match(/^sec-websocket-protocol: .*$/gim));
    t.same(seen, [
      ['Sec-WebSocket-Protocol: v5.channel.k8s.io, v4.channel.k8s.io'],
      ['Sec-WebSocket-Protocol: v5.channel.k8s.io'],
    ]);
  });

  t.test(`${kind}: megabytes pass unchanged, with slow ends`, async (t) => {
    const { backend } = await startEcho(kind);
    const proxy = await proxyTo(t, backend);
    const client = await proxy.connect();
    client.send(question(kind));
    const start = (await client.until('\r\n\r\n')).length;
    const blob = createHash('sha512').update(kind).digest('hex').repeat(40_000);
    client.send(blob);
    client.socket.pause();
    await delay(30);
    client.socket.resume();
    await eventually('all is back', () => client.received().length === start + blob.length);
    t.ok(client.received().endsWith(blob));
  });

  t.test(`${kind}: the end of one side passes, the other direction stays`, async (t) => {
    const backend = await startTLSBackend(pki.backendTLS, (socket) => {
      Object.assign(socket, { allowHalfOpen: true });
      socket.once('data', () => socket.write(switching(kind)));
      let text = '';
      socket.on('data', (chunk: Buffer) => (text = chunk.toString()));
      socket.once('end', () => void delay(20).then(() => socket.end(`after the end of ${text}`)));
    });
    const proxy = await proxyTo(t, backend);
    const client = await openRawClient({ port: proxy.front.port, ca, allowHalfOpen: true });
    client.send(question(kind));
    await client.until('\r\n\r\n');
    client.socket.end('question');
    t.match(await client.closed, /after the end of question$/);
    t.same(await proxy.front.nextOutcome(), { kind: 'completed', status: 101 });
  });

  t.test(`${kind}: a tunnel of which one end is closed and nothing comes any more is given up`, async (t) => {
    const backend = await startTLSBackend(pki.backendTLS, (socket) => {
      Object.assign(socket, { allowHalfOpen: true });
      socket.once('data', () => socket.write(switching(kind)));
    });
    const proxy = await proxyTo(t, backend, { transport: { halfClosedMs: 50 } });
    const client = await openRawClient({ port: proxy.front.port, ca, allowHalfOpen: true });
    client.send(question(kind));
    await client.until('\r\n\r\n');
    client.socket.end();
    await client.closed;
    t.match(await proxy.front.nextOutcome(), { kind: 'completed' });
  });

  t.test(`${kind}: when the backend dies, the client's connection ends`, async (t) => {
    const { backend } = await startEcho(kind);
    const proxy = await proxyTo(t, backend);
    const client = await proxy.connect();
    client.send(question(kind));
    await client.until('\r\n\r\n');
    backend.cut();
    await client.closed;
    t.match(await proxy.front.nextOutcome(), { kind: 'completed', status: 101 });
  });

  t.test(`${kind}: a refusal passes with its body, however framed, and ends there`, async (t) => {
    for (const [framing, body] of [
      ['Content-Length: 6\r\n', 'denied'],
      ['Transfer-Encoding: chunked\r\n', '6\r\ndenied\r\n0\r\n\r\n'],
    ] as const) {
      const answer = `HTTP/1.1 403 No Way\r\nContent-Type: text/plain\r\nX-Dup: 1\r\nX-Dup: 2\r\nX-Remote: r\r\n${framing}\r\n${body}`;
      const backend = await startScriptedBackend(pki.backendTLS, answer);
      const proxy = await proxyTo(t, backend);
      const client = await proxy.connect();
      client.send(question(kind));
      const text = await client.closed;
      t.match(text, /^HTTP\/1\.1 403 No Way\r\n/);
      t.match(text, /\r\nX-Dup: 1\r\nX-Dup: 2\r\n/);
      t.match(text, /\r\nConnection: close\r\n/);
      t.ok(text.endsWith('\r\n\r\ndenied'), 'the body without its framing');
      t.same(await proxy.front.nextOutcome(), { kind: 'completed', status: 403 });
      await eventually('no tunnel is left (CVE-2018-1002105)', () => backend.open() === 0);
    }
  });

  t.test(`${kind}: a refusal that breaks off is cut`, async (t) => {
    const answer = 'HTTP/1.1 500 Oops\r\nContent-Length: 100\r\n\r\nhalf';
    const backend = await startScriptedBackend(pki.backendTLS, answer, (socket) => socket.destroy());
    const proxy = await proxyTo(t, backend);
    const client = await proxy.connect();
    client.send(question(kind));
    t.match(await client.closed, /^HTTP\/1\.1 500 Oops\r\n[^]*half$/);
    t.match(await proxy.front.nextOutcome(), { kind: 'backend-failed', status: 500 });
  });

  for (const [what, answer, why] of [
    ['200', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', 'status code 200'],
    ['a redirect', 'HTTP/1.1 302 Found\r\nLocation: https://evil/\r\nContent-Length: 0\r\n\r\n', 'status code 302'],
    ['a 101 that names no protocol', 'HTTP/1.1 101 Switching\r\n\r\nevil', 'status code 101'],
    ['304', 'HTTP/1.1 304 Not Modified\r\n\r\n', 'status code 304'],
    [
      'another protocol',
      'HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nevil',
      'protocol "h2c" instead of',
    ],
  ] as const) {
    t.test(`${kind}: ${what} is a 503, and nothing of it passes (CVE-2020-8559)`, async (t) => {
      const backend = await startScriptedBackend(pki.backendTLS, answer);
      const proxy = await proxyTo(t, backend);
      const client = await proxy.connect();
      client.send(question(kind));
      const text = await client.closed;
      t.match(text, /^HTTP\/1\.1 503 /);
      t.match(text, `"message":"invalid upgrade response: ${why.replaceAll('"', '\\"')}`);
      t.notMatch(text, /evil/);
      t.match(await proxy.front.nextOutcome(), { kind: 'backend-failed', status: 503, failure: { step: 'status' } });
      await eventually('the backend is left', () => backend.open() === 0);
    });
  }

  for (const [what, answer] of [
    ['garbage', 'SSH-2.0\r\n\r\n'],
    ['nothing before it dies', ''],
    ['half a head', 'HTTP/1.1 101 Sw'],
    ['a head without an end', `HTTP/1.1 101 S\r\nX-A: ${'a'.repeat(200_000)}`],
  ] as const) {
    t.test(`${kind}: ${what} is a 503 Status`, async (t) => {
      const proxy = await proxyTo(t, await startScriptedBackend(pki.backendTLS, answer, (socket) => socket.end()));
      const client = await proxy.connect();
      client.send(question(kind));
      t.match(await client.closed, /^HTTP\/1\.1 503 [^]*"kind":"Status"[^]*error trying to reach service/);
      t.match(await proxy.front.nextOutcome(), { kind: 'backend-failed', status: 503, failure: { step: 'http' } });
    });
  }

  t.test(`${kind}: interim answers are passed over`, async (t) => {
    const { backend } = await startEcho(
      kind,
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\n\r\n${switching(kind)}`,
    );
    const proxy = await proxyTo(t, backend);
    const client = await proxy.connect();
    client.send(question(kind));
    t.match(await client.until('\r\n\r\n'), /^HTTP\/1\.1 101 /);
  });

  t.test(`${kind}: a backend that never answers is a 504`, async (t) => {
    const backend = await startScriptedBackend(pki.backendTLS, '');
    const proxy = await proxyTo(t, backend, { transport: { upgradeMs: 60 } });
    const client = await proxy.connect();
    client.send(question(kind));
    t.match(await client.closed, /^HTTP\/1\.1 504 [^]*"reason":"Timeout"/);
    await eventually('the backend is left', () => backend.open() === 0);
  });

  t.test(`${kind}: a client that leaves while it waits takes its request with it`, async (t) => {
    const backend = await startScriptedBackend(pki.backendTLS, '');
    const proxy = await proxyTo(t, backend);
    const client = await proxy.connect();
    client.send(question(kind));
    await eventually('the backend is asked', () => backend.open() === 1);
    client.socket.destroy();
    t.match(await proxy.front.nextOutcome(), { kind: 'client-left', status: 0 });
    await eventually('the backend is left', () => backend.open() === 0);
  });
}

t.test('a client that leaves while the connection is opened leaves nothing behind', async (t) => {
  const silent = await startTCPBackend(() => {});
  const proxy = await proxyTo(t, silent);
  const client = await proxy.connect();
  client.send(question('spdy'));
  await eventually('the backend has accepted', () => silent.open() === 1);
  client.socket.destroy();
  t.same(await proxy.front.nextOutcome(), { kind: 'client-left', status: 0 });
  await eventually('the connection is given up', () => silent.open() === 0);
});

t.test('a backend that cannot be reached is a 503 that names the cause', async (t) => {
  const silent = await startTCPBackend(() => {});
  const slow = await proxyTo(t, silent, { transport: { connectMs: 50 } });
  const waiting = await slow.connect();
  waiting.send(question('spdy'));
  t.match(await waiting.closed, /^HTTP\/1\.1 503 [^]*TLS handshake did not end within 50 ms/);
  const gone = await startTCPBackend(() => {});
  const proxy = await proxyTo(t, gone);
  await gone.close();
  for (const kind of ['websocket', 'spdy'] as const) {
    const client = await proxy.connect();
    client.send(question(kind, 'Accept: text/plain\r\n'));
    t.match(
      await client.closed,
      /^HTTP\/1\.1 503 [^]*\r\n\r\nerror trying to reach service: connect https:[^]*nothing listens/,
    );
  }
});

t.test('what is no proper upgrade is a 400, and nothing is sent', async (t) => {
  const { backend, heads } = await startEcho('spdy');
  const proxy = await proxyTo(t, backend);
  for (const [lines, why] of [
    ['Upgrade: h2c\r\nHTTP2-Settings: x', 'an upgrade to \\"h2c\\" is not possible'],
    ['Upgrade: SPDY/3.1, HTTP/2.0', 'an upgrade to \\"HTTP/2.0\\" is not possible'],
    ['Upgrade: TLS/1.2', 'not possible'],
    ['Upgrade: ,', 'Upgrade request required'],
    ['Upgrade: SPDY/3.1\r\nContent-Length: 4', 'cannot have a body'],
    ['Upgrade: SPDY/3.1\r\nTransfer-Encoding: chunked', 'cannot have a body'],
  ] as const) {
    const client = await proxy.connect();
    client.send(`POST / HTTP/1.1\r\nHost: gw\r\nConnection: Upgrade\r\n${lines}\r\n\r\n`);
    const text = await client.closed;
    t.match(text, /^HTTP\/1\.1 400 /, lines);
    t.match(text, why);
  }
  t.same(heads, []);
});

t.test('a user whom header lines cannot name is refused', async (t) => {
  const { backend, heads } = await startEcho('websocket');
  const user = { name: 'a\r\nX-Remote-User: root', uid: '', groups: [], extra: {} };
  const proxy = await proxyTo(t, backend, { user });
  const client = await proxy.connect();
  client.send(question('websocket'));
  t.match(await client.closed, /^HTTP\/1\.1 403 /);
  t.same(heads, []);
});

t.test('many WebSockets share one http-proxy, and each ends by itself', async (t) => {
  const { backend } = await startEcho('websocket');
  const proxy = await proxyTo(t, backend);
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on('warning', onWarning);
  const clients = await Promise.all(Array.from({ length: 15 }, () => proxy.connect()));
  for (const [index, client] of clients.entries()) client.send(`${question('websocket')}client ${index};`);
  await Promise.all(clients.map((client, index) => client.until(`client ${index};`)));
  for (const [index, client] of clients.entries()) {
    t.equal(client.received().match(/client/g)?.length, 1);
    if (index % 2 === 0) client.socket.destroy();
  }
  await eventually('half are left', () => backend.open() === 7);
  clients[1]?.send('still there');
  await clients[1]?.until('still there');
  await delay(1);
  process.off('warning', onWarning);
  t.same(warnings, [], 'neither leaks nor deprecations');
});

t.test('closing a transport ends its tunnels when they are cut, destroying it at once', async (t) => {
  const { backend } = await startEcho('spdy');
  const proxy = await proxyTo(t, backend);
  const client = await proxy.connect();
  client.send(question('spdy'));
  await client.until('\r\n\r\n');
  const closed = proxy.transport.close();
  client.send('goes on');
  await client.until('goes on');
  const late = await proxy.connect();
  late.send(question('spdy'));
  t.match(await late.closed, /^HTTP\/1\.1 503 [^]*TRANSPORT_CLOSED/);
  await proxy.transport.destroy();
  await Promise.all([closed, client.closed]);
  t.equal(backend.open(), 0);
});

t.test('a server that stops ends its tunnels', async (t) => {
  const { backend } = await startEcho('websocket');
  const proxy = await proxyTo(t, backend);
  const client = await proxy.connect();
  client.send(question('websocket'));
  await client.until('\r\n\r\n');
  proxy.front.stop();
  await client.closed;
  await eventually('the backend is left', () => backend.open() === 0);
  t.match(await proxy.front.nextOutcome(), { kind: 'completed', status: 101 });
});
