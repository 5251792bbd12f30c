import type { ServerResponse } from 'node:http';
import t, { type Test } from 'tap';
import { ask, type Reply, valuesOf } from '../../testing/ask.ts';
import { eventually } from '../../testing/eventually.ts';
import { startHTTPBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, type ProxyOptions, startProxy } from '../../testing/proxy-fixture.ts';

const pki = await newProxyPKI();
const ca = pki.authority.caPEM;

/** A backend that answers when it is told to, and a proxy that gives it two requests at a time. */
async function startSlow(t: Test, limits: ProxyOptions['transport'] = {}, options: ProxyOptions['options'] = {}) {
  const held: { readonly path: string; readonly response: ServerResponse }[] = [];
  let most = 0;
  const backend = await startHTTPBackend({
    ...pki.backendTLS,
    onRequest: (request, response) => {
      request.resume();
      held.push({ path: request.url ?? '', response });
      most = Math.max(most, held.length);
    },
  });
  const transport = { maxRunning: 2, maxQueued: 3, ...limits };
  const proxy = await startProxy({ pki, backend, transport, options: { timeoutMs: 5_000, ...options } });
  t.teardown(async () => {
    await proxy.close();
    await backend.close();
  });
  const answer = (): void => void held.shift()?.response.end('ok');
  return { backend, proxy, held, answer, most: () => most, port: proxy.front.port };
}

for (const protocol of ['h1', 'h2'] as const) {
  t.test(`a backend gets so many requests at a time, and the others in their order, ${protocol}`, async (t) => {
    const { held, answer, most, port } = await startSlow(t);
    const order: string[] = [];
    const replies: Promise<Reply>[] = [];
    for (let index = 0; index < 5; index++) {
      const path = `/${index}`;
      replies.push(ask({ port, ca, protocol, method: index % 2 === 0 ? 'GET' : 'POST', path }));
      if (index < 2) await eventually('it is there', () => held.length === index + 1);
      // A raw connection takes its time to stand: what is asked for next must come next.
      else await new Promise((resolve) => setTimeout(resolve, 60));
    }
    t.equal(held.length, 2);
    for (let index = 0; index < 5; index++) {
      await eventually('the next is there', () => held.length > 0);
      order.push(held[0]?.path ?? '');
      answer();
    }
    t.same(
      (await Promise.all(replies)).map(({ status }) => status),
      [200, 200, 200, 200, 200],
    );
    t.same(order, ['/0', '/1', '/2', '/3', '/4']);
    t.equal(most(), 2);
  });

  t.test(`when too many wait, the next is told to come again, ${protocol}`, async (t) => {
    const { proxy, held, answer, port } = await startSlow(t, { maxRunning: 1, maxQueued: 1 });
    const first = ask({ port, ca, protocol });
    await eventually('it is there', () => held.length === 1);
    const [second, third] = [ask({ port, ca, protocol }), ask({ port, ca, protocol, method: 'PUT', body: 'x' })];
    const refused = await Promise.race([second, third]);
    t.equal(refused.status, 429);
    t.same(valuesOf(refused.lines, 'retry-after'), ['1']);
    t.match(JSON.parse(refused.body.toString()), {
      kind: 'Status',
      reason: 'TooManyRequests',
      details: { retryAfterSeconds: 1 },
    });
    t.match(await proxy.front.nextOutcome(), { kind: 'backend-failed', status: 429, failure: { code: 'BUSY' } });
    for (let index = 0; index < 2; index++) {
      await eventually('the next is there', () => held.length > 0);
      answer();
    }
    t.same(
      (await Promise.all([first, second, third])).map(({ status }) => status).toSorted((a, b) => a - b),
      [200, 200, 429],
    );
  });

  t.test(`nobody waits too long, ${protocol}`, async (t) => {
    const { held, answer, port } = await startSlow(t, { maxRunning: 1, queueMs: 50 });
    const first = ask({ port, ca, protocol });
    await eventually('it is there', () => held.length === 1);
    t.equal((await ask({ port, ca, protocol })).status, 429);
    answer();
    t.equal((await first).status, 200);
    const next = ask({ port, ca, protocol });
    await eventually('there is room again', () => held.length === 1);
    answer();
    t.equal((await next).status, 200);
  });
}

t.test('a client that leaves the queue takes nobody the place', async (t) => {
  const { proxy, held, answer, port } = await startSlow(t, { maxRunning: 1 });
  const first = ask({ port, ca });
  await eventually('it is there', () => held.length === 1);
  const leaving = await proxy.connect();
  leaving.send('GET /leaving HTTP/1.1\r\nHost: x\r\n\r\n');
  await new Promise((resolve) => setTimeout(resolve, 50));
  leaving.socket.destroy();
  t.match(await proxy.front.nextOutcome(), { kind: 'client-left', status: 0 });
  const last = ask({ port, ca, path: '/last' });
  answer();
  t.equal((await first).status, 200);
  await eventually('the next is there', () => held.length === 1);
  t.equal(held[0]?.path, '/last');
  answer();
  t.equal((await last).status, 200);
});

t.test('the time in the queue is part of the time that a request has', async (t) => {
  const { held, port } = await startSlow(t, { maxRunning: 1 }, { timeoutMs: 300 });
  const first = ask({ port, ca });
  await eventually('it is there', () => held.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 150));
  const startedAt = performance.now();
  const second = await ask({ port, ca });
  t.equal((await first).status, 504);
  t.ok([429, 504].includes(second.status));
  t.ok(performance.now() - startedAt < 450);
});

t.test('watches do not count, and do not wait', async (t) => {
  const backend = await startHTTPBackend({
    ...pki.backendTLS,
    onRequest: (_, response) => void response.write('begun'),
  });
  const proxy = await startProxy({ pki, backend, transport: { maxRunning: 1, maxQueued: 0 } });
  t.teardown(async () => {
    await proxy.close();
    await backend.close();
  });
  for (let index = 0; index < 5; index++) {
    const client = await proxy.connect();
    client.send('GET /?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n');
    t.match(await client.until('begun'), /^HTTP\/1\.1 200 /);
  }
});

t.test('a request that may go elsewhere is handed back instead of waiting', async (t) => {
  const { proxy, held, answer, port } = await startSlow(t, { maxRunning: 1 }, { handBack: true });
  const first = ask({ port, ca });
  await eventually('it is there', () => held.length === 1);
  const client = await proxy.connect();
  client.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx');
  t.match(await proxy.front.nextOutcome(), { kind: 'not-sent', status: 0, failure: { code: 'BUSY' } });
  t.equal(client.received(), '');
  answer();
  t.equal((await first).status, 200);
});

t.test('a server or a transport that stops leaves nobody in the queue', async (t) => {
  for (const end of ['server', 'transport'] as const) {
    const { proxy, held, port } = await startSlow(t, { maxRunning: 1 });
    const replies = [ask({ port, ca }).catch(() => undefined)];
    await eventually('it is there', () => held.length === 1);
    replies.push(ask({ port, ca }), ask({ port, ca }));
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (end === 'server') proxy.front.stop();
    else await proxy.transport.destroy();
    const [, second, third] = await Promise.all(replies);
    t.match([second?.status, third?.status], [503, 503], end);
  }
});
