import { connect as connectHTTP2, type ClientHttp2Session } from 'node:http2';
import { connect as connectTCP } from 'node:net';
import { connect as connectTLS, type TLSSocket } from 'node:tls';
import t, { type Test } from 'tap';
import type { CertificatePair } from '../../pki/certificate-pair.ts';
import { newAPIClient } from '../../testing/api-client.ts';
import { type APIServerFixture, startAPIServer, toBundle } from '../../testing/api-server-fixture.ts';
import { ask, valuesOf } from '../../testing/ask.ts';
import { eventually } from '../../testing/eventually.ts';
import { newTestAuthority } from '../../testing/pki.ts';
import { openRawClient, type RawClient } from '../../testing/raw-client.ts';
import { readBody } from '../endpoints/read-body.ts';
import { respond } from '../endpoints/response/respond.ts';
import type { RequestContext } from '../request-context.ts';
import { newSecureServer } from './secure-server.ts';

const authority = await newTestAuthority();
const token = 'Authorization: Bearer admin-token\r\n';
const head = `Host: localhost\r\n${token}`;
const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';

interface Served extends APIServerFixture {
  /** Requests for `/slow` that wait; calling one answers it. */
  readonly waiting: (() => void)[];
  readonly targets: string[];
  readonly connect: () => Promise<RawClient>;
  readonly connectHTTP2: () => ClientHttp2Session;
}

/** A server with paths that wait, read a body, or take the connection over. */
async function serve(t: Test): Promise<Served> {
  const waiting: (() => void)[] = [];
  const targets: string[] = [];
  const answer = (context: RequestContext, body: string): void =>
    respond(context, { status: 200, contentType: 'text/plain', body });
  const fixture = await startAPIServer(t, {
    authority,
    prepare: (server) =>
      server.addDelegate(({ path }) => {
        if (path === '/slow') {
          return async (context) => {
            await new Promise<void>((resolve) => waiting.push(resolve));
            answer(context, 'slow');
          };
        }
        if (path === '/body') return async (context) => answer(context, `${(await readBody(context)).length} bytes`);
        if (path === '/target') {
          return (context) => {
            targets.push(context.target);
            answer(context, context.path);
          };
        }
        if (path !== '/tunnel') return undefined;
        return (context) => {
          const taken = context.upgrade?.takeSocket();
          taken?.socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
          taken?.socket.write(taken.head);
          taken?.socket.pipe(taken.socket).on('error', () => undefined);
          context.signal.addEventListener('abort', () => taken?.socket.destroy());
        };
      }),
  });
  const sessions: ClientHttp2Session[] = [];
  const clients: RawClient[] = [];
  t.teardown(() => {
    for (const session of sessions) session.destroy();
    for (const { socket } of clients) socket.destroy();
  });
  return {
    ...fixture,
    waiting,
    targets,
    async connect() {
      const client = await openRawClient({ port: fixture.port, ca: authority.caPEM });
      clients.push(client);
      return client;
    },
    connectHTTP2() {
      const session = connectHTTP2(`https://localhost:${fixture.port}`, { ca: authority.caPEM });
      session.on('error', () => undefined);
      sessions.push(session);
      return session;
    },
  };
}

/** The status of a request over an HTTP/2 session, or what went wrong. */
function request(session: ClientHttp2Session, path: string, headers: object = {}): Promise<unknown> {
  return new Promise((resolve) => {
    const stream = session.request({ ':path': path, authorization: 'Bearer admin-token', ...headers });
    stream.on('response', (response) => resolve(response[':status']));
    stream.on('error', (error) => resolve(error.message));
    stream.on('close', () => resolve(`closed with ${stream.rstCode}`));
    stream.resume();
  });
}

t.test('HTTP/1.1 and HTTP/2 on one port', async (t) => {
  const { port, connect } = await serve(t);
  const question = { port, ca: authority.caPEM, path: '/version' };
  for (const protocol of ['h1', 'h2'] as const) {
    const { status, body } = await ask({ ...question, protocol });
    t.match([status, body.toString()], [200, /"gitVersion": "v1\.36\.0\+test"/], protocol);
  }
  const negotiated = async (ALPNProtocols: string[]) => {
    const socket = connectTLS({ port, host: '127.0.0.1', ca: authority.caPEM, servername: 'localhost', ALPNProtocols });
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    const { alpnProtocol } = socket;
    socket.destroy();
    return alpnProtocol;
  };
  t.equal(await negotiated(['h2', 'http/1.1']), 'h2');
  t.equal(await negotiated(['http/1.1']), 'http/1.1');
  const old = await connect();
  old.send('GET /version HTTP/1.0\r\n\r\n');
  t.match(await old.closed, /^HTTP\/1\.1 200 OK\r\n[^]*\r\nConnection: close\r\n/, 'and HTTP/1.0');
});

t.test('TLS 1.1 and plain text are refused', async (t) => {
  const { port, handshakeErrors, admin, metrics } = await serve(t);
  const old = connectTLS({
    port,
    host: '127.0.0.1',
    ca: authority.caPEM,
    servername: 'localhost',
    maxVersion: 'TLSv1.1',
    minVersion: 'TLSv1',
  });
  t.match(await new Promise((resolve) => old.once('error', resolve)), Error);
  const plain = connectTCP(port, '127.0.0.1');
  let told = '';
  plain.on('error', () => undefined).on('data', (chunk) => (told += chunk.toString()));
  plain.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await new Promise((resolve) => plain.once('close', resolve));
  t.match(told, /^HTTP\/1\.0 400 Bad Request\r\n[^]*\r\n\r\nClient sent an HTTP request to an HTTPS server\.\n$/);
  await eventually('the reports', () => handshakeErrors.length >= 2);
  const { body } = await metrics.render();
  t.match(body, /^apiserver_tls_handshake_errors_total 2$/m);
  t.equal((await admin.get('/healthz')).status, 200);
});

t.test('HEAD has the head of GET and no body', async (t) => {
  const { port } = await serve(t);
  for (const protocol of ['h1', 'h2'] as const) {
    const lines = [protocol === 'h1' ? 'Authorization' : 'authorization', 'Bearer admin-token'];
    for (const path of ['/version', '/apis', '/openapi/v3', '/healthz', '/nowhere', '/metrics']) {
      const question = { port, ca: authority.caPEM, protocol, path, lines } as const;
      const [get, answer] = [await ask(question), await ask({ ...question, method: 'HEAD' })];
      t.equal(answer.status, get.status, `${path} over ${protocol}`);
      t.equal(answer.body.length, 0);
      t.notOk(answer.cut);
      t.same(valuesOf(answer.lines, 'content-type'), valuesOf(get.lines, 'content-type'));
      if (path !== '/metrics') t.same(valuesOf(answer.lines, 'content-length'), [String(get.body.length)]);
    }
  }
});

t.test('a request line may name the whole address', async (t) => {
  const { connect, targets } = await serve(t);
  const client = await connect();
  for (const target of ['https://evil.example/target?a=b', 'HTTP://evil.example:80/target']) {
    client.send(`GET ${target} HTTP/1.1\r\n${head}\r\n`);
    await eventually(target, () => targets.at(-1) === target.replace(/^.*?\/\/[^/]*/, ''));
  }
  client.send(`GET https://localhost?x HTTP/1.1\r\n${head}\r\n`);
  t.match(await client.until('"paths"'), /"\/apis"/, 'without a path it is the index');
  const fragment = await connect();
  fragment.send(`GET /version#x HTTP/1.1\r\n${head}\r\n`);
  t.match(await fragment.until('not found'), /^HTTP\/1\.1 404 /, 'what authorization is asked for is what is served');
});

t.test('malformed requests end their own connection', async (t) => {
  const { connect, admin, logger } = await serve(t);
  const table: readonly (readonly [string, number])[] = [
    ['NONSENSE\r\n\r\n', 400],
    ['\x16\x03\x01\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\n\r\n', 400],
    ['GET / HTTP/9.9\r\nHost: x\r\n\r\n', 400],
    [`GET /\xff HTTP/1.1\r\n${head}\r\n`, 400],
    [`GET / HTTP/1.1\r\n${head}X-\x01: y\r\n\r\n`, 400],
    [`GET / HTTP/1.1\r\n${head}X: a\nb\r\n\r\n`, 400],
    [`POST /body HTTP/1.1\r\n${head}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    [`POST /body HTTP/1.1\r\n${head}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`, 400],
    [`POST /body HTTP/1.1\r\n${head}Content-Length: -1\r\n\r\n`, 400],
    [`POST /body HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, 400],
    [`GET / HTTP/1.1\r\n${head}Expect: the-unexpected\r\n\r\n`, 417],
  ];
  for (const [text, code] of table) {
    const client = await connect();
    client.send(text);
    t.match(
      await client.until(/HTTP\/1\.1 \d+ [^]*\r\n\r\n/),
      new RegExp(`^HTTP/1\\.1 ${code} `),
      JSON.stringify(text.slice(0, 60)),
    );
  }
  const tunnel = await connect();
  tunnel.send(`CONNECT other:443 HTTP/1.1\r\n${head}\r\n`);
  t.equal(await tunnel.closed, '', 'nobody gets through to elsewhere');
  t.equal((await admin.get('/healthz')).status, 200);
  t.same(
    logger.lines.filter(({ level }) => level === 'error'),
    [],
  );
});

t.test('sessions that break the protocol end alone', async (t) => {
  const { port, admin, connectHTTP2: open } = await serve(t);
  const good = open();
  t.equal(await request(good, '/healthz'), 200);
  const raw = connectTLS({
    port,
    host: '127.0.0.1',
    ca: authority.caPEM,
    servername: 'localhost',
    ALPNProtocols: ['h2'],
  });
  raw.on('error', () => undefined).resume();
  await new Promise((resolve) => raw.once('secureConnect', resolve));
  raw.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nthis is no frame at all, is it?');
  await new Promise((resolve) => raw.once('close', resolve));
  const reset = open();
  await request(reset, '/healthz');
  for (let at = 0; at < 50; at++)
    reset
      .request({ ':path': '/slow' })
      .on('error', () => undefined)
      .close(8);
  t.equal(await request(good, '/healthz'), 200);
  t.equal((await admin.get('/healthz')).status, 200);
});

t.test('many and large header lines', async (t) => {
  const { connect, connectHTTP2: open, admin } = await serve(t);
  /** The status; empty when the connection closed before it was read, for the rest of the head was still on its way. */
  const send = async (lines: string): Promise<string> => {
    const client = await connect();
    client.send(`GET /healthz HTTP/1.1\r\n${head}${lines}Connection: close\r\n\r\n`);
    return (await client.closed).slice(9, 12);
  };
  t.equal(await send(`X: ${'a'.repeat(900_000)}\r\n`), '200');
  t.match(await send(`X: ${'a'.repeat(1_100_000)}\r\n`), /^(431)?$/);
  t.equal(await send('X-Remote-Group: g\r\n'.repeat(1_500)), '200', 'a user may be in many groups');
  t.match(await send('X: y\r\n'.repeat(50_000)), /^(431)?$/);
  const many = Object.fromEntries(Array.from({ length: 1_500 }, (_, at) => [`x${at}`, 'y']));
  const session = open();
  t.equal(await request(session, '/healthz', { ...many, x: 'a'.repeat(20_000) }), 200);
  t.not(
    await request(session, '/healthz', {
      ...many,
      ...Object.fromEntries(Object.keys(many).map((name) => [`${name}b`, ''])),
    }),
    200,
  );
  t.equal((await admin.get('/healthz')).status, 200);
});

t.test('a connection that asks for another protocol', async (t) => {
  const { connect, metrics } = await serve(t);
  const answered = async (text: string): Promise<string> => {
    const client = await connect();
    client.send(text);
    return client.closed;
  };
  const group = '/apis/test.example.com/v1';
  const table: readonly (readonly [string, RegExp])[] = [
    [
      `GET /version HTTP/1.1\r\n${head}${upgrade}\r\n`,
      /^HTTP\/1\.1 200 OK\r\n[^]*\r\nConnection: close\r\n[^]*"gitVersion"/,
    ],
    [`GET ${group}/nothings HTTP/1.1\r\n${head}${upgrade}\r\n`, /^HTTP\/1\.1 404 [^]*"kind":"Status"/],
    [`GET ${group}/widgets HTTP/1.1\r\nHost: x\r\n${upgrade}\r\n`, /^HTTP\/1\.1 403 [^]*"reason":"Forbidden"/],
    [
      `GET /x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer bad\r\n${upgrade}\r\n`,
      /^HTTP\/1\.1 401 [^]*"reason":"Unauthorized"/,
    ],
    [`POST /body HTTP/1.1\r\n${head}${upgrade}\r\n`, /^HTTP\/1\.1 200 [^]*0 bytes$/],
  ];
  for (const [text, expected] of table) t.match(await answered(text), expected, text.slice(0, 30));
  const body = await connect();
  body.send(`POST /body HTTP/1.1\r\n${head}${upgrade}Content-Length: 5\r\n\r\nhello`);
  t.match(await body.until('bytes'), /5 bytes$/, 'a request with a body asks for no other protocol');
  const tunnel = await connect();
  tunnel.send(`GET /tunnel HTTP/1.1\r\n${head}Connection: Upgrade\r\nUpgrade: echo\r\n\r\nfirst,`);
  await tunnel.until('first,');
  const longRunning = async (): Promise<string> =>
    (await metrics.render()).body
      .split('\n')
      .find((line) => line.startsWith('apiserver_longrunning_requests{verb="GET",group="",')) ?? '';
  tunnel.send('second');
  await tunnel.until('first,second');
  t.match(await longRunning(), / 1$/);
  tunnel.socket.destroy();
  let line = await longRunning();
  for (const deadline = Date.now() + 5_000; !line.endsWith(' 0') && Date.now() < deadline; line = await longRunning()) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  t.match(line, / 0$/, 'what was taken over is counted until it ends');
  const { body: page } = await metrics.render();
  t.match(page, /apiserver_request_total\{verb="GET",[^}]*code="101"[^}]*\} 1\n/);
  t.notMatch(page, /^apiserver_request_aborts_total\{.*\} [1-9]/m);
});

t.test('a new certificate is used from the next handshake on', async (t) => {
  const { port, certificate, connect, connectHTTP2: open } = await serve(t);
  const serials = async (): Promise<string> => {
    const socket: TLSSocket = connectTLS({ port, host: '127.0.0.1', ca: authority.caPEM, servername: 'localhost' });
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    const { serialNumber } = socket.getPeerCertificate();
    socket.destroy();
    return serialNumber;
  };
  const first = certificate.current().certificate.serialNumber;
  t.equal(await serials(), first);
  const standing = await connect();
  const session = open();
  t.equal(await request(session, '/healthz'), 200);
  const second: CertificatePair = await authority.serving();
  certificate.publish(second);
  t.equal(await serials(), second.certificate.serialNumber);
  standing.send(`GET /healthz HTTP/1.1\r\n${head}\r\n`);
  t.match(await standing.until(/ok$/), /200 OK/, 'standing connections go on');
  t.equal(await request(session, '/healthz'), 200);
});

t.test('client CAs that change', async (t) => {
  const { port, clientCA } = await serve(t);
  const other = await newTestAuthority({ commonName: 'other' });
  const { certPEM: cert, keyPEM: key } = await other.client('bob', ['system:masters']);
  const statusOf = async (): Promise<number> => {
    const client = newAPIClient({ port, ca: authority.caPEM, cert, key });
    const { status } = await client.get('/apis');
    client.close();
    return status;
  };
  t.equal(await statusOf(), 401);
  const both = {
    pem: `${authority.caPEM}${other.caPEM}`,
    certificates: [authority.root.certificate, other.root.certificate],
  };
  clientCA.publish(both);
  t.equal(await statusOf(), 200);
  clientCA.publish(toBundle(authority));
  t.equal(await statusOf(), 401);
});

t.test('requests that wait behind others end with their connection', async (t) => {
  const { connect, waiting, server, admin } = await serve(t);
  const ended: string[] = [];
  server.addDelegate(({ path }) =>
    path.startsWith('/wait')
      ? ({ signal, target }) =>
          new Promise((resolve) => signal.addEventListener('abort', () => resolve(void ended.push(target))))
      : undefined,
  );
  const client = await connect();
  client.send(
    `GET /slow HTTP/1.1\r\n${head}\r\nGET /wait1 HTTP/1.1\r\n${head}\r\nGET /wait2?watch=1 HTTP/1.1\r\n${head}\r\n`,
  );
  await eventually('the first request', () => waiting.length === 1);
  await admin.get('/healthz');
  client.socket.destroy();
  await eventually('the others', () => ended.length === 2);
  t.same(ended, ['/wait1', '/wait2?watch=1']);
});

t.test('close: running requests end, idle connections at once', async (t) => {
  const { connect, connectHTTP2: open, secureServer, waiting, port } = await serve(t);
  const [idle, kept, slow, expecting, pipelined] = await Promise.all(Array.from({ length: 5 }, connect));
  kept?.send(`GET /healthz HTTP/1.1\r\n${head}\r\n`);
  await kept?.until(/ok$/);
  slow?.send(`GET /slow HTTP/1.1\r\n${head}\r\n`);
  expecting?.send(`POST /slow HTTP/1.1\r\n${head}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n`);
  pipelined?.send(`GET /slow HTTP/1.1\r\n${head}\r\nGET /slow HTTP/1.1\r\n${head}\r\n`);
  const session = open();
  const stream = request(session, '/slow');
  const quiet = open();
  await request(quiet, '/healthz');
  const half = connectTCP(port, '127.0.0.1');
  half.on('error', () => undefined).resume();
  await new Promise((resolve) => half.once('connect', resolve));
  await eventually('five slow requests', () => waiting.length === 5);
  const closed = secureServer.close(10_000);
  await Promise.all([idle?.closed, kept?.closed]);
  await eventually('the end of the idle session', () => quiet.destroyed);
  await eventually('the end of the handshake that never came', () => half.destroyed);
  await t.rejects(connect(), { code: 'ECONNREFUSED' }, 'no new connections');
  t.not(await request(session, '/healthz'), 200, 'and no new streams');
  for (const resume of waiting) resume();
  t.match(await slow?.closed, /^HTTP\/1\.1 200 OK\r\n[^]*\r\nConnection: close\r\n\r\nslow$/, 'the client is told');
  t.match(await expecting?.closed, /^HTTP\/1\.1 200 OK\r\n[^]*slow$/);
  const two = (await pipelined?.closed) ?? '';
  t.equal(two.match(/slow/g)?.length, 2, 'requests that wait behind others are answered too');
  t.equal(await stream, 200);
  t.strictSame(await closed, { drained: 7, cut: 0 });
});

t.test('close: what takes too long is cut', async (t) => {
  const { connect, connectHTTP2: open, secureServer, waiting } = await serve(t);
  const slow = await connect();
  slow.send(`GET /slow HTTP/1.1\r\n${head}\r\n`);
  const session = open();
  const stream = request(session, '/slow');
  await connect();
  await eventually('two slow requests', () => waiting.length === 2);
  t.strictSame(await secureServer.close(50), { drained: 1, cut: 2 });
  t.equal(await slow.closed, '');
  t.not(await stream, 200);
});

t.test('close: watches and tunnels end at once', async (t) => {
  const { connect, secureServer, admin } = await serve(t);
  const watch = await admin.watch('/apis/test.example.com/v1/widgets?watch=1');
  const tunnel = await connect();
  tunnel.send(`GET /tunnel HTTP/1.1\r\n${head}Connection: Upgrade\r\nUpgrade: echo\r\n\r\nx`);
  await tunnel.until(/x$/);
  const { cut } = await secureServer.close(10_000);
  t.equal(cut, 0);
  await watch.over();
  t.equal(watch.state(), 'ended');
  await tunnel.closed;
  t.strictSame(await secureServer.close(0), { drained: 0, cut: 0 }, 'closing again does nothing');
});

t.test('an address that cannot be had', async (t) => {
  const { port, server, certificate, clientCA } = await serve(t);
  const second = newSecureServer({ server, certificate, clientCAs: [clientCA], onHandshakeError: () => undefined });
  await t.rejects(second.listen({ host: '127.0.0.1', port }), { code: 'EADDRINUSE' });
  await t.rejects(second.listen({ host: '192.0.2.1', port: 0 }), { code: 'EADDRNOTAVAIL' });
  t.strictSame(await second.close(0), { drained: 0, cut: 0 });
});
