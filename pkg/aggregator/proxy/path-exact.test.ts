import { connect } from 'node:http2';
import t from 'tap';
import { startHTTPBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, startProxy } from '../../testing/proxy-fixture.ts';

const pki = await newProxyPKI();
for (const [to, http2] of [
  ['HTTP/1.1', false],
  ['HTTP/2', true],
] as const) {
  void t.test(`to a backend that speaks ${to}`, async (t) => {
    const targets: string[] = [];
    const backend = await startHTTPBackend({
      ...pki.backendTLS,
      http2,
      onRequest: (request, response) => {
        targets.push(`${request.method} ${request.url}`);
        response.end('ok');
      },
    });
    const proxy = await startProxy({ pki, backend });
    t.teardown(async () => {
      await proxy.close();
      await backend.close();
    });

    const base = '/apis/echo.example.com/v1';
    const exact = [
      `${base}/things/a%2Fb`,
      `${base}/things/a%20b%3Ac%25`,
      `${base}/things/../x/./y`,
      `${base}//things///`,
      `${base}/things/a+b~c`,
      `${base}/things/%E2%82%AC%zz%`,
      `${base}/things;v=1;w=2`,
      `${base}/things?labelSelector=a%3Db%2Cc%21%3Dd&x=1&x=2&empty=&flag&plus=a+b&pct=%2F%41`,
      `${base}/things?x=1;y=2&%zz&=&&?a=http://b//c#fragment`,
      `${base}/things?`,
    ];

    t.test('path and query reach the backend byte by byte, from HTTP/1.1', async (t) => {
      const client = await proxy.connect();
      for (const target of exact) {
        targets.length = 0;
        const before = client.received().length;
        client.send(`GET ${target} HTTP/1.1\r\nHost: gateway\r\n\r\n`);
        await client.until(new RegExp(`^[^]{${before},}HTTP/1.1 200[^]*ok`));
        await client.until(new RegExp(`(HTTP/1.1 200[^]*?ok(\r\n0\r\n\r\n)?){${exact.indexOf(target) + 1}}$`));
        t.same(targets, [`GET ${target}`]);
      }
    });

    t.test('path and query reach the backend byte by byte, from HTTP/2', async (t) => {
      const session = connect(`https://localhost:${proxy.front.port}`, { ca: pki.authority.caPEM });
      t.teardown(() => session.destroy());
      for (const target of exact) {
        targets.length = 0;
        const stream = session.request({ ':path': target });
        await new Promise((resolve) => stream.once('response', resolve).resume());
        t.same(targets, [`GET ${target}`]);
      }
    });
  });
}
