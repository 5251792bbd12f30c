import t, { type Test } from 'tap';
import { ask } from '../../testing/ask.ts';
import { eventually } from '../../testing/eventually.ts';
import { type FakeBackend, startHTTPBackend, startTCPBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, toSettings } from '../../testing/proxy-fixture.ts';
import { startProxyFront } from '../../testing/proxy-front.ts';
import { openRawClient } from '../../testing/raw-client.ts';
import type { Outcome, ProxyEngine, Transport } from './interface.ts';
import { newTransport } from './transport.ts';

const pki = await newProxyPKI();

/** Answers with method and body, and joins tunnels that send everything back. */
async function startEcho(t: Test): Promise<FakeBackend> {
  const backend = await startHTTPBackend({
    ...pki.backendTLS,
    onRequest(request, response) {
      let body = '';
      request
        .on('data', (chunk: Buffer) => (body += chunk.toString()))
        .on('end', () => {
          response.end(`${request.method} ${body}`);
        });
    },
    onUpgrade(request, socket) {
      socket.write(`HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: ${request.headers.upgrade}\r\n\r\n`);
      socket.pipe(socket);
    },
  });
  t.teardown(() => backend.close());
  return backend;
}

/** A port that nothing listens on. */
async function findFreePort(): Promise<number> {
  const backend = await startTCPBackend(() => undefined);
  await backend.close();
  return backend.port;
}

/** Sends everything to the first transport, and to the second what it hands back. */
async function startPair(t: Test, first: Transport, second: Transport): Promise<{ port: number; outcomes: Outcome[] }> {
  const outcomes: Outcome[] = [];
  const engine: ProxyEngine = {
    async roundTrip(context, options) {
      const outcome = await first.roundTrip(context, { ...options, handBack: true });
      outcomes.push(outcome);
      return outcome.kind === 'not-sent' ? second.roundTrip(context, options) : outcome;
    },
    async upgrade(context, client) {
      const outcome = await first.upgrade(context, { ...client, handBack: true });
      outcomes.push(outcome);
      return outcome.kind === 'not-sent' ? second.upgrade(context, client) : outcome;
    },
  };
  const front = await startProxyFront({ serving: pki.serving, engine: () => engine });
  t.teardown(async () => {
    await front.close();
    await Promise.all([first.destroy(), second.destroy()]);
  });
  return { port: front.port, outcomes };
}

async function startDead(t: Test, kind: string): Promise<Transport> {
  if (kind === 'refused') return newTransport(toSettings(pki, await findFreePort()));
  if (kind === 'closed') {
    const closed = newTransport(toSettings(pki, 1));
    await closed.close();
    return closed;
  }
  const backend = await startTCPBackend((socket) => {
    if (kind === 'reset') socket.resetAndDestroy();
  });
  t.teardown(() => backend.close());
  return newTransport(toSettings(pki, backend.port), { connectMs: 100 });
}

for (const kind of ['refused', 'reset', 'silent', 'closed']) {
  t.test(`what an address that is ${kind} never got goes elsewhere, with its body`, async (t) => {
    const { port: alive } = await startEcho(t);
    const { port, outcomes } = await startPair(t, await startDead(t, kind), newTransport(toSettings(pki, alive)));
    const ca = pki.authority.caPEM;
    for (const protocol of ['h1', 'h2'] as const) {
      const body = 'x'.repeat(200_000);
      const reply = await ask({ port, ca, protocol, method: 'POST', path: '/a', body });
      t.equal(reply.body.toString(), `POST ${body}`, protocol);
      t.equal((await ask({ port, ca, protocol, path: '/a' })).body.toString(), 'GET ');
    }
    const expecting = await ask({
      port,
      ca,
      method: 'PUT',
      path: '/a',
      lines: ['Expect', '100-continue'],
      body: 'late',
    });
    t.equal(expecting.body.toString(), 'PUT late');
    for (const protocol of ['websocket', 'SPDY/3.1']) {
      const client = await openRawClient({ port, ca });
      const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
      client.send(`GET /a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n${key}\r\n`);
      await client.until(/101 [^]*\r\n\r\n/);
      client.send('ping');
      await client.until('ping');
      client.socket.destroy();
    }
    t.ok(outcomes.every(({ kind: ended, failure }) => ended === 'not-sent' && failure !== undefined));
    t.equal(outcomes.length, 7);
  });
}

t.test('what was sent is answered, whatever comes of it', async (t) => {
  const { port: alive } = await startEcho(t);
  const cutting = await startHTTPBackend({ ...pki.backendTLS, onRequest: (request) => void request.socket.destroy() });
  t.teardown(() => cutting.close());
  const pair = await startPair(t, newTransport(toSettings(pki, cutting.port)), newTransport(toSettings(pki, alive)));
  const reply = await ask({ port: pair.port, ca: pki.authority.caPEM, method: 'POST', path: '/a', body: 'once' });
  t.equal(reply.status, 503);
  await eventually('its end', () => pair.outcomes.length > 0);
  t.match(pair.outcomes, [{ kind: 'backend-failed' }]);
});
