import t from 'tap';
import { eventually } from '../../testing/eventually.ts';
import { startHTTPBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, toSettings } from '../../testing/proxy-fixture.ts';
import type { OwnRequest } from './interface.ts';
import { newTransport } from './transport.ts';

const pki = await newProxyPKI();
let seen: string[] = [];
const backend = await startHTTPBackend({
  ...pki.backendTLS,
  onRequest: (request, response) => {
    seen = request.rawHeaders;
    const { pathname } = new URL(request.url ?? '', 'https://x');
    if (pathname === '/stream') {
      response.write('a');
    } else if (pathname === '/large') {
      response.end(Buffer.alloc(5_000));
    } else if (pathname === '/redirect') {
      response.writeHead(302, { Location: '/' }).end();
    } else if (pathname === '/cut') {
      response.writeHead(200, { 'Content-Length': 9 }).write('a', () => request.socket.destroy());
    } else if (pathname !== '/silent') {
      response.writeHead(200, ['X-A', '1', 'X-A', '2', 'Content-Type', 'text/plain']).end('hello');
    }
  },
});
const transport = newTransport(toSettings(pki, backend.port));
t.teardown(async () => {
  await transport.destroy();
  await backend.close();
});
const ask = (path: string, more: Partial<OwnRequest> = {}) =>
  transport.fetch({ path, headers: {}, timeoutMs: 2_000, maxBodyBytes: 1_000, ...more });

t.test('an answer is read to its end, with repeated header lines', async (t) => {
  const answer = await ask('/', { headers: { Accept: 'application/json', 'X-Remote-Group': ['a', 'b, c'] } });
  t.match(answer, { status: 200, headers: { 'x-a': ['1', '2'], 'content-type': 'text/plain' } });
  t.equal(answer.body.toString(), 'hello');
  t.match(seen.join('|'), `host|127.0.0.1:${backend.port}|`);
  t.match(seen.join('|'), 'Accept|application/json|X-Remote-Group|a|X-Remote-Group|b, c');
  t.match(await ask('/redirect'), { status: 302 }, 'redirects are not followed');
});

t.test('one connection serves one request after the other', async (t) => {
  const before = backend.accepted();
  for (let index = 0; index < 5; index++) await ask('/');
  t.equal(backend.accepted(), before);
});

t.test('time, size and a broken body are failures that say so', async (t) => {
  await t.rejects(ask('/silent', { timeoutMs: 30 }), { step: 'http', code: 'TIMEOUT', seen: 'no answer within 30 ms' });
  await t.rejects(ask('/stream', { timeoutMs: 30 }), { step: 'http', code: 'TIMEOUT' }, 'the time is for all of it');
  await t.rejects(ask('/large'), { step: 'content', code: 'BODY_TOO_LARGE', seen: 'more than 1000 bytes' });
  await t.rejects(ask('/cut'), { step: 'http', code: /CLOSED|CONTENT_LENGTH_MISMATCH/ });
  await t.resolves(ask('/large', { maxBodyBytes: 5_000 }), 'exactly the limit');
});

t.test('a caller that no longer waits ends the request', async (t) => {
  const controller = new AbortController();
  const answer = ask('/silent', { signal: controller.signal });
  const open = backend.open();
  controller.abort();
  await t.rejects(answer, { name: 'BackendFailure' });
  await eventually('the connection is closed', () => backend.open() < open);
  await t.rejects(ask('/', { signal: AbortSignal.abort() }), { name: 'BackendFailure' });
});

t.test('closing lets running requests end, and takes no new ones', async (t) => {
  const closing = newTransport(toSettings(pki, backend.port));
  const running = closing.fetch({ path: '/', headers: {}, timeoutMs: 2_000, maxBodyBytes: 1_000 });
  const closed = closing.close();
  await t.rejects(closing.fetch({ path: '/', headers: {}, timeoutMs: 2_000, maxBodyBytes: 1_000 }), {
    code: 'TRANSPORT_CLOSED',
  });
  t.match(await running, { status: 200 });
  await closed;
});

t.test('destroying ends everything at once, also a connection that is being opened', async (t) => {
  const ending = newTransport(toSettings(pki, backend.port));
  const request = { headers: {}, timeoutMs: 2_000, maxBodyBytes: 1_000 };
  const opening = ending.fetch({ path: '/', ...request });
  await Promise.all([t.rejects(opening, { code: 'TRANSPORT_CLOSED' }), ending.destroy()]);
  await t.rejects(ending.fetch({ path: '/', ...request }), { code: 'TRANSPORT_CLOSED' });
});
