import t, { type Test } from 'tap';
import { type APIServerFixture, startAPIServer } from '../../testing/api-server-fixture.ts';
import { openRawClient } from '../../testing/raw-client.ts';
import type { AuthorizationRequest, Authorizer } from '../authorization/authorizer.ts';
import { respond } from '../endpoints/response/respond.ts';
import type { UserInfo } from '../user-info.ts';

/** What somebody may do: `verb resource name`, or `verb path`; `*` for every name. */
type Rights = Readonly<Record<string, readonly string[]>>;

function describe({ info }: AuthorizationRequest): string[] {
  if (!info.isResourceRequest) return [`${info.verb} ${info.path}`];
  const resource = info.subresource === '' ? info.resource : `${info.resource}/${info.subresource}`;
  const where = info.namespace === '' ? '' : `${info.namespace}/`;
  const what = `${info.verb} ${info.apiGroup === '' ? 'core' : info.apiGroup}:${resource} ${where}`;
  return [`${what}${info.name}`, `${what}*`];
}

interface Scene extends APIServerFixture {
  /** What the authorizer was asked, in order. */
  readonly asked: string[];
}

async function start(t: Test, rights: Rights): Promise<Scene> {
  const asked: string[] = [];
  const authorizer: Authorizer = {
    authorize(request) {
      asked.push(`${request.user.name}: ${describe(request)[0]}`);
      const may = rights[request.user.name] ?? [];
      const allowed = describe(request).some((each) => may.includes(each));
      return { verdict: allowed ? 'allow' : 'no-opinion', reason: '' };
    },
  };
  const fixture = await startAPIServer(t, {
    authorizer,
    verbosity: 3,
    prepare: (server) =>
      server.addDelegate(({ path }) =>
        path !== '/whoami'
          ? undefined
          : (context) => {
              const { user, impersonation, request } = context;
              const body = JSON.stringify({ user, impersonation, raw: request.rawHeaders, headers: request.headers });
              respond(context, { status: 200, contentType: 'application/json', body });
            },
      ),
  });
  return { ...fixture, asked };
}

interface Told {
  readonly user: UserInfo;
  readonly impersonation?: { readonly requestor: UserInfo; readonly constraint: string };
  readonly raw: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly message?: string;
  readonly details?: unknown;
}

async function ask(
  { newClient }: APIServerFixture,
  token: string,
  headers: Record<string, string | readonly string[]>,
): Promise<{ status: number; json: Told }> {
  const { status, json } = await newClient({ token }).get('/whoami', { headers });
  return { status, json: json as Told };
}

t.test('an administrator acts for anybody', async (t) => {
  const scene = await start(t, {});
  const admin = (headers: Record<string, string | readonly string[]>) => {
    return ask(scene, 'admin-token', headers);
  };
  const bob = await start(t, { bob: ['get /whoami'] });
  t.match(await ask(bob, 'admin-token', { 'Impersonate-User': 'bob' }), {
    status: 200,
    json: { user: { name: 'bob', uid: '', groups: ['system:authenticated'], extra: {} } },
  });
  t.match(
    await admin({ 'Impersonate-User': 'bob', 'Impersonate-Group': 'system:authenticated' }),
    { status: 403, json: { message: 'forbidden: User "bob" cannot get path "/whoami"' } },
    'and has his rights only',
  );
  const masters = { 'Impersonate-User': 'b ö b', 'Impersonate-Group': ['a, b', 'system:masters', 'a, b'] };
  const full = await admin({
    ...masters,
    'Impersonate-User': Buffer.from('b ö b').toString('latin1'),
    'Impersonate-Uid': 'u1',
    'Impersonate-Extra-Scopes': ['view', 'edit'],
    'Impersonate-Extra-Acme.io%2FProject': 'p',
    'impersonate-extra-%zz': 'raw',
  });
  t.same(full.json.user, {
    name: 'b ö b',
    uid: 'u1',
    groups: ['a, b', 'system:masters', 'a, b', 'system:authenticated'],
    extra: { scopes: ['view', 'edit'], 'acme.io/project': ['p'], '%zz': ['raw'] },
  });
  t.match(full.json.impersonation, { requestor: { name: 'admin', uid: 'admin-uid' }, constraint: '' });
  const left = full.json.raw
    .filter((_, at) => at % 2 === 0)
    .filter((name) => /^impersonate|^authorization/i.test(name));
  t.same(left, [], 'no backend is told that it is an impersonation');
  t.same(
    Object.keys(full.json.headers).filter((name) => /^impersonate|^authorization/.test(name)),
    [],
  );
});

t.test('groups that belong to a user', async (t) => {
  const scene = await start(t, {});
  const groupsOf = async (user: string, groups: readonly string[]) => {
    const headers = { 'Impersonate-User': user, 'Impersonate-Group': [...groups, 'system:masters'] };
    const { json } = await ask(scene, 'admin-token', headers);
    return json.user.groups.filter((group) => group !== 'system:masters');
  };
  t.same(await groupsOf('bob', ['g']), ['g', 'system:authenticated']);
  t.same(await groupsOf('bob', ['system:unauthenticated']), ['system:unauthenticated']);
  t.same(await groupsOf('bob', ['system:authenticated', 'g']), ['system:authenticated', 'g']);
  t.same(await groupsOf('system:anonymous', ['g']), ['g', 'system:unauthenticated']);
  t.same(await groupsOf('system:anonymous', ['system:unauthenticated']), ['system:unauthenticated']);
  t.same(await groupsOf('system:serviceaccount:ns:sa', ['g']), ['g', 'system:authenticated'], 'as they were asked for');

  const account = 'system:serviceaccount:ns:sa';
  const allowed = await start(t, { [account]: ['get /whoami'], 'system:node:n1': ['get /whoami'] });
  t.same((await ask(allowed, 'admin-token', { 'Impersonate-User': account })).json.user.groups, [
    'system:serviceaccounts',
    'system:serviceaccounts:ns',
    'system:authenticated',
  ]);
  t.same((await ask(allowed, 'admin-token', { 'Impersonate-User': 'system:node:n1' })).json, {
    ...(await ask(allowed, 'admin-token', { 'Impersonate-User': 'system:node:n1' })).json,
    user: { name: 'system:node:n1', uid: '', groups: ['system:nodes', 'system:authenticated'], extra: {} },
  });
});

t.test('headers without a user', async (t) => {
  const scene = await start(t, {});
  const message = async (headers: Record<string, string | readonly string[]>) => {
    const { status, json } = await ask(scene, 'admin-token', headers);
    t.equal(status, 400);
    return json.message;
  };
  t.equal(
    await message({ 'Impersonate-Group': 'g' }),
    'requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string{"g"}, Extra:map[string][]string(nil)} without impersonating a user name',
  );
  t.equal(
    await message({
      'Impersonate-User': '',
      'Impersonate-Uid': '1',
      'Impersonate-Extra-B': ['x', 'y'],
      'Impersonate-Extra-A': '',
    }),
    'requested &user.DefaultInfo{Name:"", UID:"1", Groups:[]string(nil), Extra:map[string][]string{"a":[]string{""}, "b":[]string{"x", "y"}}} without impersonating a user name',
  );
  const plain = await ask(scene, 'admin-token', { 'Impersonate-User': '', 'Impersonate-Other': 'x' });
  t.match(plain, { status: 200, json: { user: { name: 'admin' } } });
  t.equal(plain.json.impersonation, undefined);
});

const narrow = 'impersonate-on:user-info:get /whoami';

t.test('who has no right to it', async (t) => {
  const none = await start(t, { alice: ['get /whoami'], bob: ['get /whoami'] });
  t.match(await ask(none, 'alice-token', { 'Impersonate-User': 'bob' }), {
    status: 403,
    json: { message: 'forbidden: User "alice" cannot impersonate-on:user-info:get path "/whoami"', details: {} },
  });
  t.match(
    await ask(none, '', { 'Impersonate-User': 'system:anonymous' }),
    { status: 403, json: { message: /^forbidden: User "system:anonymous" cannot impersonate-on/ } },
    'not even anybody for himself',
  );
  t.match(await ask(none, 'alice-token', { 'Impersonate-User': 'system:serviceaccount:ns:sa' }), {
    json: { message: 'forbidden: User "alice" cannot impersonate-on:serviceaccount:get path "/whoami"' },
  });
  t.match(await ask(none, 'alice-token', { 'Impersonate-User': 'system:node:n' }), {
    json: { message: 'forbidden: User "alice" cannot impersonate-on:arbitrary-node:get path "/whoami"' },
  });
  t.match(
    await ask(none, 'alice-token', { 'Impersonate-User': 'system:serviceaccount:ns:sa', 'Impersonate-Uid': '1' }),
    {
      json: {
        message:
          'serviceaccounts "sa" is forbidden: User "alice" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "ns"',
      },
    },
  );
});

t.test('each attribute needs a right of its own', async (t) => {
  const bob = { 'Impersonate-User': 'bob' };
  const old = 'alice: impersonate';
  const cases: readonly [Record<string, string>, string][] = [
    [{ ...bob, 'Impersonate-Group': 'g2' }, `${old} core:groups g2`],
    [{ ...bob, 'Impersonate-Group': 'system:masters' }, `${old} core:groups system:masters`],
    [{ ...bob, 'Impersonate-Uid': 'u' }, `${old} authentication.k8s.io:uids u`],
    [{ ...bob, 'Impersonate-Extra-Scopes': 'all' }, `${old} authentication.k8s.io:userextras/scopes all`],
    [{ 'Impersonate-User': 'carol' }, `${old} core:users carol`],
    [{ 'Impersonate-User': 'system:serviceaccount:a:b' }, `${old} core:serviceaccounts a/b`],
  ];
  const rights = ['impersonate core:users bob', 'impersonate core:groups g1'];
  const scene = await start(t, { alice: rights, bob: ['get /whoami'] });
  for (const [headers, last] of cases) {
    const { status, json } = await ask(scene, 'alice-token', headers);
    t.match([status, json.message], [403, /^forbidden: User "alice" cannot impersonate-on:/], last);
    t.equal(scene.asked.at(-1), last);
  }
  t.match(await ask(scene, 'alice-token', { ...bob, 'Impersonate-Group': 'g1' }), {
    status: 200,
    json: { user: { name: 'bob', groups: ['g1', 'system:authenticated'] }, impersonation: { constraint: '' } },
  });
});

t.test('the narrow way', async (t) => {
  const alice = [
    narrow,
    'impersonate:user-info authentication.k8s.io:users bob',
    'impersonate:user-info authentication.k8s.io:groups g',
    'impersonate:user-info authentication.k8s.io:uids u',
    'impersonate:user-info authentication.k8s.io:userextras/acme.io/p x',
  ];
  const scene = await start(t, { alice, bob: ['get /whoami'] });
  const bob = { 'Impersonate-User': 'bob' };
  const full = { ...bob, 'Impersonate-Group': 'g', 'Impersonate-Uid': 'u', 'Impersonate-Extra-Acme.io%2Fp': 'x' };
  t.match(await ask(scene, 'alice-token', full), {
    status: 200,
    json: { user: { name: 'bob' }, impersonation: { constraint: 'impersonate:user-info' } },
  });
  const start403 = 'is forbidden: User "alice" cannot impersonate:user-info resource';
  const at = 'in API group "authentication.k8s.io" at the cluster scope';
  const refusals: readonly [Record<string, string | readonly string[]>, string][] = [
    [{ 'Impersonate-User': 'carol' }, `users.authentication.k8s.io "carol" ${start403} "users" ${at}`],
    [{ ...bob, 'Impersonate-Group': 'h' }, `groups.authentication.k8s.io "h" ${start403} "groups" ${at}`],
    [
      { ...bob, 'Impersonate-Group': '' },
      `groups.authentication.k8s.io ${start403} "groups" ${at}: impersonating the empty string group is not allowed`,
    ],
    [
      { ...bob, 'Impersonate-Group': 'system:masters' },
      `groups.authentication.k8s.io "system:masters" ${start403} "groups" ${at}: impersonating the system:masters group is not allowed`,
    ],
    [
      { ...bob, 'Impersonate-Extra-P': 'x' },
      `userextras.authentication.k8s.io ${start403} "userextras" ${at}: impersonating an invalid key in extra is not allowed: extra.key: Invalid value: "p": must be a domain-prefixed path (such as "acme.io/foo")`,
    ],
    [
      { ...bob, 'Impersonate-Extra-Acme.io%2Fp': '' },
      `userextras.authentication.k8s.io ${start403} "userextras" ${at}: impersonating the empty string value in extra is not allowed`,
    ],
    [
      { ...bob, 'Impersonate-Extra-': 'x' },
      `userextras.authentication.k8s.io ${start403} "userextras" ${at}: impersonating the empty string key in extra is not allowed`,
    ],
  ];
  for (const [headers, message] of refusals) {
    const { status, json } = await ask(scene, 'alice-token', headers);
    t.equal(status, 403);
    t.equal(json.message, message);
  }
});

t.test('many attributes are asked for at once first', async (t) => {
  const alice = [
    narrow,
    'impersonate:user-info authentication.k8s.io:users bob',
    'impersonate:user-info authentication.k8s.io:groups *',
    'impersonate:user-info authentication.k8s.io:userextras/* *',
  ];
  const scene = await start(t, { alice, bob: ['get /whoami'] });
  const headers = {
    'Impersonate-User': 'bob',
    'Impersonate-Group': ['1', '2', '3', '4'],
    'Impersonate-Extra-A.b%2Fc': ['1', '2', '3', '4'],
  };
  t.equal((await ask(scene, 'alice-token', headers)).status, 200);
  t.equal(scene.asked.length, 5, 'on, user, groups, extra, and the path as bob');
});

t.test('log lines name both users, and upgrades pass the same filter', async (t) => {
  const scene = await start(t, { bob: ['get /whoami'] });
  t.equal((await ask(scene, 'admin-token', { 'Impersonate-User': 'bob' })).status, 200);
  const { logger } = scene;
  t.match(
    logger.lines.find(({ message }) => message === 'impersonation'),
    { fields: { requestor: /^admin\[system:masters/, user: 'bob[system:authenticated]' } },
  );
  t.match(
    logger.lines.find(({ message, fields }) => message === 'request' && fields['user'] === 'bob'),
    { fields: { impersonator: 'admin' } },
  );
  t.notMatch(JSON.stringify(logger.lines), 'admin-token');
  const raw = await openRawClient({ port: scene.port, ca: scene.authority.caPEM, servername: 'localhost' });
  raw.send(
    'GET /whoami HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nAuthorization: Bearer alice-token\r\nImpersonate-User: bob\r\n\r\n',
  );
  t.match(await raw.until('impersonate-on'), /^HTTP\/1\.1 403 /);
  raw.socket.destroy();
});

t.test('an authorizer that fails allows nothing', async (t) => {
  const failing: Authorizer = { authorize: () => Promise.reject(new TypeError('a bug')) };
  const { newClient } = await startAPIServer(t, { authorizer: failing });
  const headers = { 'Impersonate-User': 'bob' };
  t.equal((await newClient({ token: 'alice-token' }).get('/version', { headers })).status, 500);
});
