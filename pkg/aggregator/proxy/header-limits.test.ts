import t from 'tap';
import { ask, valuesOf } from '../../testing/ask.ts';
import { startHTTPBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, startProxy } from '../../testing/proxy-fixture.ts';
import { alice } from '../../testing/proxy-front.ts';

const pki = await newProxyPKI();
const ca = pki.authority.caPEM;
for (const [to, http2] of [
  ['HTTP/1.1', false],
  ['HTTP/2', true],
] as const) {
  void t.test(`to a backend that speaks ${to}`, async (t) => {
    let seen: string[] = [];
    let answer: readonly string[] = [];
    const backend = await startHTTPBackend({
      ...pki.backendTLS,
      http2,
      onRequest: (request, response) => {
        seen = request.rawHeaders.map((text, index) => (index % 2 === 0 ? text.toLowerCase() : text));
        response.writeHead(200, [...answer]).end('ok');
      },
    });
    const groups = Array.from({ length: 100 }, (_, index) => `group-${index}`);
    const proxy = await startProxy({ pki, backend, user: { ...alice, groups } });
    t.teardown(async () => {
      await proxy.close();
      await backend.close();
    });
    const { port } = proxy.front;
    const hundred = (line: (index: number) => readonly string[]): string[] =>
      Array.from({ length: 100 }, (_, index) => line(index)).flat();

    for (const protocol of ['h1', 'h2'] as const) {
      t.test(`a hundred Cookie lines become one, and nothing of them is lost, ${protocol}`, async (t) => {
        const lines = hundred((index) => ['cookie', `c${index}=v${index}; d${index}=w`]);
        t.equal((await ask({ port, ca, protocol, lines })).status, 200);
        const whole = Array.from({ length: 100 }, (_, index) => `c${index}=v${index}; d${index}=w`).join('; ');
        t.same(valuesOf(seen, 'cookie'), [whole]);
      });

      t.test(
        `a hundred groups are a hundred lines in their order, and those of the client none, ${protocol}`,
        async (t) => {
          const lines = hundred((index) => ['x-remote-group', `spoofed-${index}`]);
          t.equal((await ask({ port, ca, protocol, lines })).status, 200);
          t.same(valuesOf(seen, 'x-remote-group'), groups);
        },
      );

      t.test(`hundreds of other lines pass in their order, ${protocol}`, async (t) => {
        const lines = hundred((index) => ['x-many', String(index), `x-own-${index}`, 'v']);
        t.equal((await ask({ port, ca, protocol, lines })).status, 200);
        t.same(
          valuesOf(seen, 'x-many'),
          Array.from({ length: 100 }, (_, index) => String(index)),
        );
        t.equal(seen.filter((text) => text.startsWith('x-own-')).length, 100);
      });

      t.test(`hundreds of answer lines pass, ${protocol}`, async (t) => {
        answer = hundred((index) => ['Set-Cookie', `c${index}=v`, `X-Own-${index}`, 'v'.repeat(20)]);
        const reply = await ask({ port, ca, protocol });
        answer = [];
        t.equal(reply.status, 200);
        t.equal(valuesOf(reply.lines, 'set-cookie').length, 100);
        t.equal(reply.lines.filter((text) => text.startsWith('x-own-')).length, 100);
      });

      t.test(
        `a head that is too large for an HTTP/1.1 backend is refused by the backend, in its words, ${protocol}`,
        async (t) => {
          // The front takes 16 KiB on HTTP/1.1 and more on HTTP/2; with our own lines it is too much for this backend.
          const value = 'v'.repeat(15_000);
          const reply = await ask({ port, ca, protocol, lines: ['x-large', value] });
          t.equal(reply.status, http2 ? 200 : 431, 'Node takes more over HTTP/2');
          t.equal((await ask({ port, ca, protocol })).status, 200, 'and only that request');
        },
      );
    }

    t.test('a head that is too large for the front is refused there', async (t) => {
      const client = await proxy.connect();
      client.send(`GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'v'.repeat(100_000)}\r\n\r\n`);
      t.match(await client.closed, /^HTTP\/1\.1 431 /);
    });

    t.test('names and values of one byte, and none, pass', async (t) => {
      await ask({ port, ca, lines: ['a', 'b', 'C', '', '!', '~'] });
      t.same(seen.slice(seen.indexOf('a'), seen.indexOf('a') + 6), ['a', 'b', 'c', '', '!', '~']);
    });
  });
}
