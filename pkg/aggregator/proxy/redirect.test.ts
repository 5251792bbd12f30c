import t from 'tap';
import { ask, valuesOf } from '../../testing/ask.ts';
import { startHTTPBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, startProxy } from '../../testing/proxy-fixture.ts';

const pki = await newProxyPKI();
const ca = pki.authority.caPEM;
const asked: string[] = [];
const backend = await startHTTPBackend({
  ...pki.backendTLS,
  onRequest: (request, response) => {
    asked.push(request.url ?? '');
    const { searchParams } = new URL(request.url ?? '', 'https://x');
    const location = searchParams.get('to');
    response.writeHead(Number(searchParams.get('status')), {
      ...(location === null ? {} : { Location: location }),
      'Set-Cookie': 'stolen=1',
    });
    response.end('see there');
  },
});
const proxy = await startProxy({ pki, backend });
t.teardown(async () => {
  await proxy.close();
  await backend.close();
});
const { port } = proxy.front;

for (const protocol of ['h1', 'h2'] as const) {
  for (const status of [300, 301, 302, 303, 305, 307, 308, 399]) {
    for (const to of ['https://evil.example.com/', '/relative', `https://localhost:${port}/same`, '']) {
      t.test(`a redirect is a 502 and never followed: ${status} to "${to}", ${protocol}`, async (t) => {
        asked.length = 0;
        const path = `/?status=${status}&to=${encodeURIComponent(to)}`;
        const reply = await ask({ port, ca, protocol, path, method: 'POST', body: '{}' });
        t.equal(reply.status, 502);
        t.match(JSON.parse(reply.body.toString()), {
          kind: 'Status',
          reason: 'InternalError',
          code: 502,
          message: 'the backend attempted to redirect this request, which is not permitted',
        });
        t.same([...valuesOf(reply.lines, 'location'), ...valuesOf(reply.lines, 'set-cookie')], [], 'nothing of it');
        t.same(asked, [path]);
        const failure = { step: 'status', code: 'REDIRECT' };
        t.match(await proxy.front.nextOutcome(), { kind: 'backend-failed', status: 502, failure });
      });
    }
  }
}

t.test('304 and other statuses without a place to go pass, and so does the location of what was created', async (t) => {
  for (const status of [300, 304, 302]) {
    t.equal((await ask({ port, ca, path: `/?status=${status}` })).status, status);
  }
  const created = await ask({ port, ca, path: '/?status=201&to=/things/a', method: 'POST', body: '{}' });
  t.equal(created.status, 201);
  t.same(valuesOf(created.lines, 'location'), ['/things/a']);
});
