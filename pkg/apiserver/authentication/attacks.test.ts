import { type IncomingMessage, request as sendRequest } from 'node:http';
import { connect } from 'node:tls';
import t, { type Test } from 'tap';
import type { CertificatePair } from '../../pki/certificate-pair.ts';
import {
  type APIServerFixture,
  type APIServerFixtureOptions,
  startAPIServer,
} from '../../testing/api-server-fixture.ts';
import { newTestAuthority } from '../../testing/pki.ts';
import { attributeOIDs, newOddCertificate } from '../../testing/pki-odd-certificate.ts';
import { openRawClient } from '../../testing/raw-client.ts';
import type { Authorizer } from '../authorization/authorizer.ts';
import { respond } from '../endpoints/response/respond.ts';
import type { UserInfo } from '../user-info.ts';
import { newFrontProxyAuthenticator } from './front-proxy.ts';
import { newTokenTableAuthenticator, parseTokenFile } from './token-file.ts';
import { newWebSocketBearerAuthenticator } from './websocket-bearer.ts';

const authority = await newTestAuthority();
const proxies = await newTestAuthority({ commonName: 'proxies' });

const authorizer: Authorizer = {
  authorize: ({ info }) => ({ verdict: info.path === '/whoami' ? 'allow' : 'no-opinion', reason: '' }),
};

interface Told {
  readonly user: UserInfo;
  readonly raw: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

/** A server that answers `/whoami` with the user, and the headers that handlers and backends see. */
function start(t: Test, options: APIServerFixtureOptions = {}): Promise<APIServerFixture> {
  return startAPIServer(t, {
    authority,
    authorizer,
    verbosity: 10,
    prepare: (server) =>
      server.addDelegate(({ path }) =>
        path !== '/whoami'
          ? undefined
          : (context) => {
              const { user, request } = context;
              const body = JSON.stringify({ user, raw: request.rawHeaders, headers: request.headers });
              respond(context, { status: 200, contentType: 'application/json', body });
            },
      ),
    ...options,
  });
}

async function ask(
  { newClient }: APIServerFixture,
  pair: Pick<CertificatePair, 'certPEM' | 'keyPEM'> | undefined,
  headers: Record<string, string | readonly string[]> = {},
): Promise<{ readonly status: number; readonly json: Told }> {
  const client = newClient(pair === undefined ? {} : { cert: pair.certPEM, key: pair.keyPEM });
  const { status, json } = await client.get('/whoami', { headers });
  return { status, json: json as Told };
}

t.test('certificates with odd subjects', async (t) => {
  const fixture = await start(t);
  const { commonName, organization } = attributeOIDs;
  const unit = '2.5.4.11';
  const issue = (subject: readonly (readonly { oid: string; value: string }[])[]) =>
    newOddCertificate({ subject, issuer: authority.root });
  const userOf = async (subject: Parameters<typeof issue>[0]) => {
    const { status, json } = await ask(fixture, await issue(subject));
    return status === 200 ? json.user : status;
  };
  t.match(await userOf([[{ oid: commonName, value: '' }]]), { name: 'system:anonymous' }, 'an empty name is nobody');
  t.match(await userOf([[{ oid: organization, value: 'system:masters' }]]), {
    name: 'system:anonymous',
    groups: ['system:unauthenticated'],
  });
  t.match(await userOf([[{ oid: commonName, value: 'bob\r\nX-Remote-Group: system:masters' }]]), {
    name: 'bob\r\nX-Remote-Group: system:masters',
    groups: ['system:authenticated'],
  });
  t.match(await userOf([[{ oid: commonName, value: 'bob\0admin' }]]), { name: 'bob\0admin' }, 'is not cut');
  t.match(await userOf([[{ oid: commonName, value: 'CN=admin, O=system:masters' }]]), {
    name: 'CN=admin, O=system:masters',
    groups: ['system:authenticated'],
  });
  t.match(
    await userOf([[{ oid: commonName, value: 'first' }], [{ oid: commonName, value: 'last' }]]),
    { name: 'last' },
    'of several the last, as in Go',
  );
  const units = Array.from({ length: 300 }, (_, at) => [{ oid: unit, value: `O=system:masters ${at}` }]);
  const ofUnits = await userOf([...units, [{ oid: commonName, value: 'bob' }]]);
  t.same((ofUnits as UserInfo).groups, ['system:authenticated'], 'units are no groups');
  const many = Array.from({ length: 200 }, (_, at) => [{ oid: organization, value: `g${at}` }]);
  t.equal(((await userOf([...many, [{ oid: commonName, value: 'bob' }]])) as UserInfo).groups.length, 201);
});

t.test('a refusal is remembered for a while, not for ever', async (t) => {
  let now = Date.now();
  const clock = { now: () => now, monotonic: () => now, setTimeout: () => ({ cancel: () => undefined }) };
  const fixture = await start(t, { clock });
  const stranger = await newTestAuthority({ commonName: 'stranger' });
  const pair = await stranger.client('bob');
  const client = fixture.newClient({ cert: pair.certPEM, key: pair.keyPEM });
  t.equal((await client.get('/whoami')).status, 401);
  now += 1000;
  t.equal((await client.get('/whoami')).status, 401);
  const [first, second] = fixture.logger.lines.filter(({ message }) => message === 'authentication failed');
  t.equal(first?.fields['why'], second?.fields['why']);
  fixture.clientCA.publish({ pem: stranger.caPEM, certificates: [stranger.root.certificate] });
  t.equal((await client.get('/whoami')).status, 200, 'another bundle, another verdict');
});

t.test('a front proxy with headers of its own', async (t) => {
  const fixture = await start(t, {
    authenticators: [
      newFrontProxyAuthenticator({
        bundle: { certificates: () => [proxies.root.certificate] },
        allowedNames: [],
        headers: {
          username: ['X-User', 'X-Login'],
          uid: ['X-Uid'],
          group: ['X-Groups', 'X-Roles'],
          extraPrefix: ['X-About-', 'X-Of-'],
        },
      }),
    ],
  });
  const headers = {
    'x-login': 'second',
    'X-UID': 'u',
    'X-Roles': ['r1', ''],
    'X-Groups': ['g, 1', 'g2'],
    'X-Of-Acme.io%2Fp': 'b',
    'X-About-Acme.io%2FP': 'a',
    'X-Remote-User': 'root',
    'X-Remote-Group': 'system:masters',
    'X-Other': 'stays',
  };
  const proxy = await proxies.client('any name');
  t.match((await ask(fixture, proxy, headers)).json.user, { name: 'second' }, 'the standard headers are not its own');
  const { 'X-Remote-User': _, ...own } = headers;
  const told = await ask(fixture, proxy, own);
  t.same(told.json.user, {
    name: 'second',
    uid: 'u',
    groups: ['g, 1', 'g2', 'r1', 'system:authenticated'],
    extra: { 'acme.io/p': ['a', 'b'] },
  });
  t.match((await ask(fixture, proxy, { ...own, 'X-User': 'first' })).json.user, { name: 'first' });
  const spoofed = await ask(fixture, await authority.client('bob'), own);
  t.match(spoofed.json.user, { name: 'bob', groups: ['system:authenticated'] });
  for (const { json: seen } of [told, spoofed]) {
    const names = seen.raw.filter((_name, at) => at % 2 === 0).map((name) => name.toLowerCase());
    t.same(
      names.filter((name) => name.startsWith('x-')),
      ['x-other'],
      'nobody behind sees who was named',
    );
    t.same(
      Object.keys(seen.headers).filter((name) => name.startsWith('x-')),
      ['x-other'],
    );
  }
});

const table = parseTokenFile('browser-token,browser,,"dev"', 'tokens.csv').users;
const protocolOf = (token: string): string =>
  `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString('base64url')}`;

t.test('tokens among the protocols of a WebSocket', async (t) => {
  const fixture = await start(t, {
    authenticators: [newWebSocketBearerAuthenticator([newTokenTableAuthenticator(table)])],
  });
  const upgrade = async (protocols: string, more = 'Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n') => {
    const raw = await openRawClient({ port: fixture.port, ca: authority.caPEM, servername: 'localhost' });
    raw.send(`GET /whoami HTTP/1.1\r\nHost: x\r\n${more}${protocols}\r\n`);
    const text = await raw.until(/\}\n?$/);
    raw.socket.destroy();
    return { status: Number(text.slice(9, 12)), json: JSON.parse(text.slice(text.indexOf('{'))) as Told };
  };
  const line = (protocols: string): string => `Sec-WebSocket-Protocol: ${protocols}\r\n`;
  const told = await upgrade(line(`${protocolOf('browser-token')}, v4.channel.k8s.io`) + line('v5.channel.k8s.io'));
  t.match(told, { status: 200, json: { user: { name: 'browser', groups: ['dev', 'system:authenticated'] } } });
  t.equal(told.json.headers['sec-websocket-protocol'], 'v4.channel.k8s.io,v5.channel.k8s.io');
  t.notMatch(JSON.stringify(told.json), protocolOf('browser-token'), 'a backend would read it in the raw headers');
  t.same(
    told.json.raw.filter((text) => /channel/.test(text)),
    ['v4.channel.k8s.io,v5.channel.k8s.io'],
  );

  const refusals: readonly [string, string][] = [
    [`${protocolOf('wrong')}, v4`, 'invalid bearer token'],
    [protocolOf('browser-token'), 'missing additional subprotocol'],
    [`${protocolOf('a')}, ${protocolOf('b')}, v4`, 'multiple base64.bearer.authorization tokens specified'],
    ['base64url.bearer.authorization.k8s.io.a+b, v4', 'invalid base64.bearer.authorization token encoding'],
    ['base64url.bearer.authorization.k8s.io.abcde, v4', 'invalid base64.bearer.authorization token encoding'],
    ['base64url.bearer.authorization.k8s.io._w, v4', 'invalid base64.bearer.authorization token'],
  ];
  for (const [protocols, why] of refusals) {
    t.equal((await upgrade(line(protocols))).status, 401, why);
    t.equal(fixture.logger.lines.findLast(({ message }) => message === 'authentication failed')?.fields['why'], why);
  }
  t.match((await upgrade(line('base64url.bearer.authorization.k8s.io., v4'))).json.user, { name: 'system:anonymous' });
  const plain = await upgrade(line(`${protocolOf('browser-token')}, v4`), 'Connection: close\r\n');
  t.match(plain.json.user, { name: 'system:anonymous' }, 'elsewhere it is no credential');
});

t.test('secrets are in no log and in no answer', async (t) => {
  const fixture = await start(t);
  const { newClient, logger } = fixture;
  const secret = 'very-secret-value';
  const jwt = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(`{"iss":"x","k":"${secret}"}`).toString('base64url')}.${secret}`;
  const answers: string[] = [];
  for (const authorization of [
    `Bearer ${secret}`,
    `bearer  ${secret}`,
    `Basic ${Buffer.from(`admin:${secret}`).toString('base64')}`,
    `Bearer ${jwt}`,
    `Bearer alice-token`,
  ]) {
    for (const path of ['/whoami', '/apis', '/nope', '/%']) {
      answers.push((await newClient().get(path, { headers: { Authorization: authorization } })).text);
    }
  }
  const said = JSON.stringify(logger.lines) + answers.join('');
  for (const hidden of [
    secret,
    'alice-token',
    jwt.split('.')[1] ?? '',
    Buffer.from(`admin:${secret}`).toString('base64'),
  ]) {
    t.notOk(said.includes(hidden), hidden);
  }
  t.ok(
    logger.lines.some(({ fields }) => /a JWT of the issuer "x"/.test(String(fields['hint']))),
    'what helps is told',
  );
});

t.test('plain HTTP has no users', async (t) => {
  const { port } = await start(t);
  const answer = await new Promise<string>((resolve) => {
    sendRequest({ port, host: '127.0.0.1', path: '/whoami', headers: { 'X-Remote-User': 'root' } })
      .on('response', (response: IncomingMessage) => resolve(String(response.statusCode)))
      .on('error', (error) => resolve((error as NodeJS.ErrnoException).code ?? 'error'))
      .end();
  });
  t.not(answer, '200');
  const socket = connect({
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    maxVersion: 'TLSv1.1',
    minVersion: 'TLSv1',
  });
  const code = await new Promise((resolve) => {
    socket.once('secureConnect', () => resolve('connected')).once('error', () => resolve('refused'));
  });
  socket.destroy();
  t.equal(code, 'refused');
});
