import { createServer, type IncomingMessage, type Server as HTTPServer } from 'node:http';
import { createServer as createHTTPSServer } from 'node:https';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { newProxyPKI, startProxy, toSettings } from '../../testing/proxy-fixture.ts';
import { toAddress } from './authority.ts';
import type { TransportSettings } from './interface.ts';
import { newTransport } from './transport.ts';

const pki = await newProxyPKI();
const tls = { cert: pki.serving.certPEM, key: pki.serving.keyPEM };

/** Answers with what was asked, and joins a tunnel that sends everything back. */
function listen(t: Test, server: HTTPServer, where: string | undefined): Promise<number> {
  server.on('request', (request: IncomingMessage, response) => {
    response.end(`${request.headers.host} ${request.url}`);
  });
  server.on('upgrade', (request: IncomingMessage, socket) => {
    const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', `Upgrade: ${request.headers.upgrade}`];
    socket.on('error', () => undefined).write(`${lines.join('\r\n')}\r\n\r\n${request.url}\n`);
    socket.pipe(socket);
  });
  t.teardown(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return new Promise((resolve) => {
    const listening = (): void => resolve(where === undefined ? (server.address() as AddressInfo).port : 0);
    if (where === undefined) (server as Server).listen(0, '127.0.0.1', listening);
    else (server as Server).listen(where, listening);
  });
}

async function newFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'places-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

interface Case {
  readonly name: string;
  readonly secure: boolean;
  readonly socket: boolean;
  readonly settings: Partial<TransportSettings>;
  readonly host: string;
  readonly prefix: string;
}

const cases: readonly Case[] = [
  { name: 'plain', secure: false, socket: false, settings: { scheme: 'http' }, host: '127.0.0.1:PORT', prefix: '' },
  {
    name: 'below a path',
    secure: true,
    socket: false,
    settings: { pathPrefix: '/base/%2F' },
    host: '127.0.0.1:PORT',
    prefix: '/base/%2F',
  },
  {
    name: 'at one address of a name',
    secure: true,
    socket: false,
    settings: { host: 'several.invalid', ip: '127.0.0.1' },
    host: 'several.invalid:PORT',
    prefix: '',
  },
  {
    name: 'at a unix socket with TLS',
    secure: true,
    socket: true,
    settings: { host: 'nowhere.invalid' },
    host: 'nowhere.invalid:PORT',
    prefix: '',
  },
  {
    name: 'at a unix socket without TLS, below a path',
    secure: false,
    socket: true,
    settings: { host: 'nowhere.invalid', scheme: 'http', pathPrefix: '/x' },
    host: 'nowhere.invalid:PORT',
    prefix: '/x',
  },
];

for (const { name, secure, socket, settings, host, prefix } of cases) {
  t.test(`a service is reached ${name}: by requests, probes, WebSockets and other upgrades`, async (t) => {
    const socketPath = socket ? join(await newFolder(t), 's') : undefined;
    const port = await listen(t, secure ? createHTTPSServer(tls) : createServer(), socketPath);
    const proxy = await startProxy({
      pki,
      backend: { port },
      settings: { ...settings, ...(socketPath !== undefined && { socketPath }) },
    });
    t.teardown(() => proxy.close());
    const target = '/apis/g/v1/things?a=%2F&b';
    const expected = `${host.replace('PORT', String(port))} ${prefix}${target}`;
    const own = await proxy.transport.fetch({ path: target, headers: {}, timeoutMs: 2_000, maxBodyBytes: 1_000 });
    t.equal(own.body.toString(), expected, 'a request of our own');
    const client = await proxy.connect();
    client.socket.write(`GET ${target} HTTP/1.1\r\nHost: gateway\r\n\r\n`);
    t.match(await client.until(/\r\n\r\n.*&b/s), expected, "a client's request");
    for (const protocol of ['websocket', 'SPDY/3.1']) {
      const upgrading = await proxy.connect();
      const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
      const head = `GET ${target} HTTP/1.1\r\nHost: gateway\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n`;
      upgrading.socket.write(`${head}${key}\r\n`);
      t.match(await upgrading.until(/&b\n/), `${prefix}${target}\n`, protocol);
      upgrading.socket.write('ping');
      await upgrading.until(/ping/);
    }
  });
}

t.test('a failure names the socket, and the address of a name', async (t) => {
  const socketPath = join(await newFolder(t), 'missing');
  const fetchFrom = async (settings: Partial<TransportSettings>): Promise<unknown> => {
    const transport = newTransport(toSettings(pki, 1, settings));
    t.teardown(() => transport.destroy());
    const request = { path: '/', headers: {}, timeoutMs: 2_000, maxBodyBytes: 1_000 };
    return transport.fetch(request).catch((error: unknown) => error);
  };
  t.match(await fetchFrom({ socketPath }), {
    step: 'connect',
    code: 'ENOENT',
    seen: `there is no socket ${socketPath}`,
    address: `https://127.0.0.1:1 (${socketPath})`,
    hint: 'Start the service, or correct the path of its socket.',
  });
  t.match(await fetchFrom({ host: 'several.invalid', ip: '127.0.0.1' }), {
    code: 'ECONNREFUSED',
    seen: 'nothing listens on 127.0.0.1:1',
    address: 'https://several.invalid:1 (127.0.0.1)',
  });
  t.equal(toAddress({ host: '::1', port: 80, scheme: 'http', pathPrefix: '/x' }), 'http://[::1]:80/x');
});
