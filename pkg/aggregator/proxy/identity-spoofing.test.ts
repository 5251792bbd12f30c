import t from 'tap';
import { isStatusError } from '../../apimachinery/errors/status-error.ts';
import { ask } from '../../testing/ask.ts';
import { startHTTPBackend } from '../../testing/fake-backend.ts';
import { newProxyPKI, startProxy } from '../../testing/proxy-fixture.ts';
import { alice } from '../../testing/proxy-front.ts';
import { toForwardableHeaders } from './headers.ts';
import { escapeExtraKey, toIdentityHeaders } from './identity.ts';

const pki = await newProxyPKI();
const ca = pki.authority.caPEM;
for (const [to, http2] of [
  ['HTTP/1.1', false],
  ['HTTP/2', true],
] as const) {
  void t.test(`to a backend that speaks ${to}`, async (t) => {
    let seen: string[] = [];
    let authority: string | undefined;
    /** Lines in the spelling in which the backend gets them. */
    const spelled = (lines: readonly string[]): string[] =>
      lines.map((text, index) => (http2 && index % 2 === 0 ? text.toLowerCase() : text));
    const backend = await startHTTPBackend({
      ...pki.backendTLS,
      http2,
      onRequest: (request, response) => {
        const { host, ':authority': pseudo = host } = request.headers as Record<string, string | undefined>;
        authority = pseudo;
        // Method, scheme, authority and path are ours.
        seen = http2 ? request.rawHeaders.slice(8) : request.rawHeaders;
        response.end();
      },
    });
    const proxy = await startProxy({ pki, backend });
    t.teardown(async () => {
      await proxy.close();
      await backend.close();
    });

    /** Header names in which a client may try to say who it is, as they stand in the message. */
    const spoofs = [
      'X-Remote-User',
      'x-remote-user',
      'X-REMOTE-USER',
      'X-rEmOtE-uSeR',
      'X_Remote_User',
      'x_remote_user',
      'X-Remote_User',
      'X_REMOTE-USER',
      'X.Remote.User',
      "X'Remote`User",
      'X-Remote-Uid',
      'X_Remote_Uid',
      'x-remote-UID',
      'X-Remote-Group',
      'X-REMOTE_GROUP',
      'x_remote_group',
      'X-Remote-Groups',
      'X-Remote-Extra-Scopes',
      'X-Remote-Extra-',
      'x-remote-extra-scopes.example.com%2fkey',
      'X_Remote_Extra_Scopes',
      'X-Remote_Extra-Scopes',
      'X-Remote-Extra_Scopes',
      'X~Remote|Extra*Scopes',
      'X-Remote-Name',
      'X-Remote',
      'Authorization',
      'AUTHORIZATION',
      'Proxy-Authorization',
      'Proxy_Authorization',
      'Impersonate-User',
      'impersonate_user',
      'Impersonate-Group',
      'Impersonate-Uid',
      'Impersonate-Extra-Scopes',
      'Impersonate_Extra_Scopes',
      'Audit_ID',
      'X_Forwarded_For',
      'X-Forwarded-Client-Cert',
      'X_Real_IP',
    ];

    const identity = [
      'X-Remote-User',
      'alice',
      'X-Remote-Uid',
      'u-1',
      'X-Remote-Group',
      'dev',
      'X-Remote-Group',
      'system:authenticated',
      'X-Remote-Extra-scopes',
      'read',
      'X-Remote-Extra-scopes',
      'write',
    ];

    t.test('no spelling of an identity header passes the filter', async (t) => {
      t.ok(spoofs.length >= 30);
      for (const name of spoofs) t.same(toForwardableHeaders([name, 'root', 'Accept', 'a/b']), ['Accept', 'a/b'], name);
      t.same(toForwardableHeaders(spoofs.flatMap((name) => [name, 'root', name, 'again'])), []);
    });

    t.test('none reaches the backend from a raw client, alone, doubled, nominated or without a value', async (t) => {
      const client = await proxy.connect();
      for (const name of spoofs) {
        const before = client.received().length;
        client.send(
          `GET / HTTP/1.1\r\nHost: x\r\n${name}: root\r\n${name}: system:masters\r\nConnection: ${name}\r\n${name}:\r\n\r\n`,
        );
        await client.until(new RegExp(`^[^]{${before}}HTTP/1.1 200[^]*\r\n\r\n`));
        t.same(identityOf(seen), spelled(identity), name);
        t.notMatch(seen.join('\n'), /root|masters/);
      }
    });

    t.test('none reaches the backend over HTTP/2', async (t) => {
      for (const name of new Set(spoofs.map((each) => each.toLowerCase()))) {
        // Node's client sends some names once only.
        const again = /^(proxy-)?authorization$/.test(name) ? [] : [name, 'system:masters'];
        const reply = await ask({ port: proxy.front.port, ca, protocol: 'h2', lines: [name, 'root', ...again] });
        t.equal(reply.status, 200, name);
        t.same(identityOf(seen), spelled(identity), name);
        t.notMatch(seen.join('\n'), /root|masters/);
        t.same(
          seen.filter((text) => text.startsWith(':')),
          [],
          'no pseudo header either',
        );
      }
    });

    t.test('folded lines, spaces before the colon and bare line feeds do not come through', async (t) => {
      for (const lines of [
        'X-A: 1\r\n X-Remote-User: root',
        'X-Remote-User : root',
        ' X-Remote-User: root',
        'X-A: 1\nX-Remote-User: root',
        'X-A: 1\rX-Remote-User: root',
        'X-A: 1\u0000\r\nX-Remote-User: root',
      ]) {
        seen = [];
        const client = await proxy.connect();
        client.send(`GET / HTTP/1.1\r\nHost: x\r\n${lines}\r\nConnection: close\r\n\r\n`);
        t.match(await client.closed, /^HTTP\/1.1 (400|200) /, lines);
        t.same(identityOf(seen), seen.length === 0 ? [] : spelled(identity), lines);
        t.notMatch(seen.join('\n'), /root/);
      }
    });

    t.test('where the client is and what it asked for is ours to say', async (t) => {
      const spoofed = [
        'X-Forwarded-For',
        '6.6.6.6',
        'X-Forwarded-Host',
        'evil',
        'X-Forwarded-Proto',
        'gopher',
        'X-Forwarded-Uri',
        '/x',
        'X-Forwarded-Prefix',
        '/p',
        'X-Forwarded-Port',
        '1',
        'Forwarded',
        'for=6.6.6.6',
        'X-Real-Ip',
        '6.6.6.6',
      ];
      for (const protocol of ['h1', 'h2'] as const) {
        const lines =
          protocol === 'h1' ? spoofed : spoofed.map((text, index) => (index % 2 === 0 ? text.toLowerCase() : text));
        await ask({ port: proxy.front.port, ca, protocol, lines, path: '/a%2Fb?c=d' });
        const at = seen.findIndex((text) => /^x-forwarded-for$/i.test(text));
        t.same(
          seen.slice(at, at + 8),
          spelled([
            'X-Forwarded-For',
            '127.0.0.1',
            'X-Forwarded-Host',
            `localhost:${proxy.front.port}`,
            'X-Forwarded-Proto',
            'https',
            'X-Forwarded-Uri',
            '/a%2Fb',
          ]),
        );
        t.notMatch(seen.join('\n'), /6\.6\.6\.6|evil|gopher|prefix|X-Forwarded-Port/i);
        t.equal(authority, `127.0.0.1:${backend.port}`, 'Host is the backend');
      }
    });

    t.test('names reach the backend as their UTF-8 bytes, keys percent-encoded', async (t) => {
      const user = { name: 'Zoë 李', uid: '', groups: ['', 'a, b'], extra: { 'example.com/Kéy %': ['v'], empty: [] } };
      const named = await startProxy({ pki, backend, user });
      t.teardown(() => named.close());
      await ask({ port: named.front.port, ca });
      const bytes = Buffer.from('Zoë 李').toString('latin1');
      t.same(
        identityOf(seen),
        spelled([
          'X-Remote-User',
          bytes,
          'X-Remote-Group',
          '',
          'X-Remote-Group',
          'a, b',
          'X-Remote-Extra-example.com%2FK%C3%A9y%20%25',
          'v',
        ]),
      );
      t.equal(escapeExtraKey('scopes'), 'scopes');
    });

    t.test('a user whom header lines cannot name exactly is refused, and nothing is sent', async (t) => {
      const bad = ['a\r\nX-Remote-Group: system:masters', 'a\nb', 'a\u0000', 'a\u007f', '\ud800', ' admin', 'admin\t'];
      for (const text of bad) {
        for (const user of [
          { ...alice, name: text },
          { ...alice, uid: text },
          { ...alice, groups: ['ok', text] },
          { ...alice, extra: { key: [text] } },
        ]) {
          try {
            toIdentityHeaders(user);
            t.fail(JSON.stringify(text));
          } catch (error) {
            t.ok(isStatusError(error) && error.code === 403);
          }
        }
      }
      seen = [];
      const odd = await startProxy({ pki, backend, user: { ...alice, name: bad[0] ?? '' } });
      t.teardown(() => odd.close());
      const reply = await ask({ port: odd.front.port, ca, method: 'POST', body: '{}' });
      t.equal(reply.status, 403);
      t.match(JSON.parse(reply.body.toString()), {
        reason: 'Forbidden',
        message: /user's name .* cannot be sent to the backend/,
      });
      t.same(seen, []);
    });

    /** The lines that say who the caller is, in whatever spelling. */
    function identityOf(lines: readonly string[]): string[] {
      return lines.filter((_, index) =>
        /^x.remote|^authorization|^impersonate/i.test(lines[index - (index % 2)] ?? ''),
      );
    }
  });
}
