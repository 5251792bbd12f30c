import { createPublicKey, generateKeyPairSync, type JsonWebKey, verify } from 'node:crypto';
import t, { type Test } from 'tap';
import { selfSubjectReviewKind } from '../../../../apis/authentication.k8s.io/v1/self-subject-review.ts';
import type { TokenRequest } from '../../../../apis/authentication.k8s.io/v1/token-request-schema.ts';
import { tokenReviewKind } from '../../../../apis/authentication.k8s.io/v1/token-review.ts';
import { nodeKind } from '../../../../apis/core/v1/node.ts';
import { podKind } from '../../../../apis/core/v1/pod.ts';
import { secretKind } from '../../../../apis/core/v1/secret.ts';
import { serviceAccountKind } from '../../../../apis/core/v1/service-account.ts';
import type { KubernetesObject } from '../../../../apis/meta/v1/types.ts';
import { discardLogger } from '../../../component/logs/logger.ts';
import type { APIAnswer } from '../../../testing/api-client.ts';
import { startAPIServer } from '../../../testing/api-server-fixture.ts';
import { newFakeClock } from '../../../testing/fake-clock.ts';
import { newBearerAuthenticator } from '../bearer.ts';
import { newSelfSubjectReview } from '../self-subject-review.ts';
import { newTokenReview } from '../token-review.ts';
import { newOpenIDMetadata } from './openid-metadata.ts';
import { newServiceAccountTokens } from './service-account-tokens.ts';
import { newStoredObjects } from './stored-objects.ts';
import { parseTokenKeys, type TokenKeys } from './token-keys.ts';
import { newTokenSubresource } from './token-subresource.ts';

const issuer = 'https://kubernetes.default.svc';

function newKeys(): TokenKeys {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return parseTokenKeys(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), []);
}

async function start(t: Test) {
  const clock = newFakeClock(Date.now());
  const keys = newKeys();
  const objects = newStoredObjects();
  const audiences = [issuer];
  let ids = 0;
  const tokens = newServiceAccountTokens({ keys: () => keys, issuers: [issuer], audiences, objects });
  const running = new AbortController();
  const fixture = await startAPIServer(t, {
    clock,
    authenticators: [newBearerAuthenticator([tokens], audiences)],
    authorizer: {
      authorize: ({ info }) => ({
        verdict: info.resource === 'selfsubjectreviews' || !info.isResourceRequest ? 'allow' : 'no-opinion',
        reason: '',
      }),
    },
    prepare(server) {
      const core = { groupPriorityMinimum: 18_000, versionPriority: 1 };
      const newID = (): string => `id-${++ids}`;
      const token = newTokenSubresource<KubernetesObject>({ keys: () => keys, issuer, audiences, objects, newID });
      server.install(serviceAccountKind, core, { subresources: [token] });
      server.install(secretKind, core);
      // Elsewhere there may be pods and nodes to be bound to.
      const [{ verbs: _, ...pods }, { verbs: __, ...nodes }] = [podKind, nodeKind];
      server.install(pods, core);
      server.install(nodes, core);
      const now = (): number => clock.now();
      server.installReview(tokenReviewKind, core, newTokenReview({ authenticators: [tokens], audiences, now }));
      server.installReview(selfSubjectReviewKind, core, newSelfSubjectReview(now));
      server.addDelegate(newOpenIDMetadata({ issuer, keys: () => keys }));
      for (const informer of objects.follow(server.stores, discardLogger)) void informer.run(running.signal);
    },
  });
  t.teardown(() => running.abort());
  const { admin, newClient } = fixture;
  const accounts = '/api/v1/namespaces/ns/serviceaccounts';
  const create = (path: string, body: object): Promise<APIAnswer> => admin.send('POST', path, { body });
  await create(accounts, { metadata: { name: 'sa' } });
  return {
    ...fixture,
    clock,
    create,
    accounts,
    request: (body: object = {}, name = 'sa'): Promise<APIAnswer> =>
      create(`${accounts}/${name}/token`, { spec: {}, ...body }),
    /** A token, of which something may be asked. */
    issue: async (spec: object = {}): Promise<string> => {
      const { json } = await create(`${accounts}/sa/token`, { spec });
      return (json as TokenRequest).status?.token ?? '';
    },
    /** Who the token makes its holder, or the status of the refusal. */
    whoami: async (token: string): Promise<unknown> => {
      const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
      const { status, json } = await newClient({ token }).send('POST', path, { body: {} });
      return status === 201 ? (json as { status: { userInfo: { username: string } } }).status.userInfo : status;
    },
  };
}

t.test('a token is given out and known', async (t) => {
  const { request, whoami, clock, admin, accounts } = await start(t);
  const { status, json } = await request({ spec: { audiences: [issuer, 'vault'], expirationSeconds: 600 } });
  const { uid } = ((await admin.get(`${accounts}/sa`)).json as KubernetesObject).metadata;
  const { metadata, spec, status: given } = json as TokenRequest;
  t.equal(status, 201);
  t.match(metadata, { name: 'sa', namespace: 'ns', uid });
  t.strictSame(spec, { audiences: [issuer, 'vault'], expirationSeconds: 600, boundObjectRef: null });
  t.equal(Date.parse(given?.expirationTimestamp ?? ''), (Math.floor(clock.now() / 1000) + 600) * 1000);
  t.strictSame(await whoami(given?.token ?? ''), {
    username: 'system:serviceaccount:ns:sa',
    uid,
    groups: ['system:serviceaccounts', 'system:serviceaccounts:ns', 'system:authenticated'],
    extra: { 'authentication.kubernetes.io/credential-id': ['JTI=id-1'] },
  });
  t.match(((await request()).json as TokenRequest).spec, { audiences: [issuer], expirationSeconds: 3600 });
});

t.test('requests that are refused', async (t) => {
  const { request, create } = await start(t);
  await create('/api/v1/namespaces/ns/secrets', { metadata: { name: 's' } });
  await create('/api/v1/namespaces/ns/pods', {
    metadata: { name: 'p' },
    spec: { serviceAccountName: 'other', containers: [{ name: 'c', image: 'i' }] },
  });
  const bind = (reference: object) => ({ spec: { boundObjectRef: { apiVersion: 'v1', name: 's', ...reference } } });
  const cases: readonly [object, number, RegExp | string][] = [
    [
      { spec: { expirationSeconds: 599 } },
      422,
      'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
    ],
    [
      { spec: { expirationSeconds: 2 ** 32 + 1 } },
      422,
      /Invalid value: 4294967297: may not specify a duration larger than 2\^32 seconds/,
    ],
    [
      { metadata: { name: 'x' } },
      422,
      'TokenRequest.authentication.k8s.io "sa" is invalid: metadata.name: Invalid value: "x": must match the service account name if specified',
    ],
    [{ metadata: { namespace: 'x' } }, 400, /namespace/],
    [
      { metadata: { uid: 'x' } },
      409,
      /the UID in the token request \(x\) does not match the UID of the service account/,
    ],
    [bind({ kind: 'ConfigMap' }), 400, 'cannot bind token to object of type /v1, Kind=ConfigMap'],
    [
      bind({ kind: 'Deployment', apiVersion: 'apps/v1' }),
      400,
      'cannot bind token to object of type apps/v1, Kind=Deployment',
    ],
    [bind({ kind: 'Secret', name: 'none' }), 404, 'secrets "none" not found'],
    [
      bind({ kind: 'Secret', uid: 'x' }),
      409,
      /^Operation cannot be fulfilled on Secret "s": the UID in the bound object reference \(x\) does not match/,
    ],
    [bind({ kind: 'Pod', name: 'none' }), 404, 'pods "none" not found'],
    [
      bind({ kind: 'Pod', name: 'p' }),
      400,
      'cannot bind token for serviceaccount "sa" to pod running with different serviceaccount name.',
    ],
    [bind({ kind: 'Node', name: 'none' }), 404, 'nodes "none" not found'],
  ];
  for (const [body, code, message] of cases) {
    const { status, json } = await request(body);
    t.equal(status, code, JSON.stringify(body));
    t.match((json as { message: string }).message, message);
  }
  t.match(await request({}, 'nobody'), { status: 404, json: { message: 'serviceaccounts "nobody" not found' } });
});

t.test('tokens end with their account, their secret and their time', async (t) => {
  const { issue, whoami, admin, accounts, create, clock } = await start(t);
  const known = { username: 'system:serviceaccount:ns:sa' };
  const secrets = '/api/v1/namespaces/ns/secrets';
  await create(secrets, { metadata: { name: 's' } });
  const bound = await issue({ boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name: 's' } });
  const free = await issue({ expirationSeconds: 600 });
  t.match(await whoami(bound), known);
  await admin.send('DELETE', `${secrets}/s`);
  t.equal(await whoami(bound), 401, 'at once');
  t.match(await whoami(free), known);
  await clock.advance(661_000);
  t.equal(await whoami(free), 401, 'expired');
  const last = await issue();
  t.match(await whoami(last), known);
  await admin.send('DELETE', `${accounts}/sa`);
  t.equal(await whoami(last), 401, 'at once');
  await create(accounts, { metadata: { name: 'sa' } });
  t.equal(await whoami(last), 401, 'another account of the same name is another one');
  t.match(await whoami(await issue()), known, 'a new token is good right away');
});

t.test('pods and nodes', async (t) => {
  const { issue, whoami, create, admin } = await start(t);
  await create('/api/v1/nodes', { metadata: { name: 'n' } });
  const spec = { serviceAccountName: 'sa', containers: [{ name: 'c', image: 'i' }] };
  await create('/api/v1/namespaces/ns/pods', { metadata: { name: 'p' }, spec: { ...spec, nodeName: 'n' } });
  await create('/api/v1/namespaces/ns/pods', { metadata: { name: 'lost' }, spec: { ...spec, nodeName: 'gone' } });
  const extraOf = async (kind: string, name: string) => {
    const token = await issue({ boundObjectRef: { apiVersion: 'v1', kind, name } });
    const { extra = {} } = (await whoami(token)) as { extra?: Record<string, string[]> };
    return Object.keys(extra).map((key) => key.replace('authentication.kubernetes.io/', ''));
  };
  t.same(await extraOf('Pod', 'p'), ['credential-id', 'node-name', 'node-uid', 'pod-name', 'pod-uid']);
  t.same(await extraOf('Pod', 'lost'), ['credential-id', 'node-name', 'pod-name', 'pod-uid']);
  t.same(await extraOf('Node', 'n'), ['credential-id', 'node-name', 'node-uid']);
  const token = await issue({ boundObjectRef: { apiVersion: 'v1', kind: 'Node', name: 'n' } });
  await admin.send('DELETE', '/api/v1/nodes/n');
  t.equal(await whoami(token), 401);
});

t.test('reviews of tokens', async (t) => {
  const { issue, create, admin, accounts } = await start(t);
  const review = async (spec: object) => {
    const { json } = await create('/apis/authentication.k8s.io/v1/tokenreviews', { spec });
    return (json as { status: object }).status;
  };
  const token = await issue({ audiences: ['vault', 'db'] });
  t.match(await review({ token, audiences: ['db', 'x', 'vault'] }), {
    authenticated: true,
    user: { username: 'system:serviceaccount:ns:sa' },
    audiences: ['vault', 'db'],
  });
  t.strictSame(await review({ token }), {
    user: {},
    error: `token audiences ["vault" "db"] is invalid for the target audiences ["${issuer}"]`,
  });
  t.match(await review({ token: await issue() }), { authenticated: true, audiences: [issuer] });
  await admin.send('DELETE', `${accounts}/sa`);
  t.strictSame(await review({ token, audiences: ['db'] }), { user: {}, error: 'serviceaccounts "sa" not found' });
});

t.test('others verify tokens by the published keys', async (t) => {
  const { admin, issue, port } = await start(t);
  const configuration = await admin.get('/.well-known/openid-configuration');
  t.match(configuration.headers, { 'content-type': 'application/json', 'cache-control': 'public, max-age=3600' });
  t.equal(
    configuration.text,
    `{"issuer":"${issuer}","jwks_uri":"https://127.0.0.1:${port}/openid/v1/jwks","response_types_supported":["id_token"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["ES256"]}`,
  );
  const { headers, json } = await admin.get('/openid/v1/jwks');
  t.match(headers, { 'content-type': 'application/jwk-set+json', 'cache-control': 'public, max-age=3600' });
  const [key] = (json as { keys: (JsonWebKey & { kid: string })[] }).keys;
  t.match(key, { use: 'sig', kty: 'EC', crv: 'P-256', alg: 'ES256' });
  t.same(
    Object.keys(key ?? {}).toSorted(),
    ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
    'nothing of the private key',
  );
  const [header = '', payload = '', signature = ''] = (await issue()).split('.');
  t.match(JSON.parse(Buffer.from(header, 'base64url').toString()), { alg: 'ES256', kid: key?.kid });
  const publicKey = createPublicKey({ key: key ?? {}, format: 'jwk' });
  const isSigned = verify(
    'sha256',
    Buffer.from(`${header}.${payload}`),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  t.ok(isSigned);
  t.equal((await admin.send('POST', '/openid/v1/jwks')).status, 405);
  const none = newOpenIDMetadata({ issuer: 'my-cluster', keys: () => newKeys() });
  t.equal(none({ path: '/openid/v1/jwks' } as Parameters<typeof none>[0]), undefined, 'an issuer that is no URL');
});
