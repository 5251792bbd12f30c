import { createHmac, generateKeyPairSync } from 'node:crypto';
import t from 'tap';
import type { KubernetesObject } from '../../../../apis/meta/v1/types.ts';
import { AuthenticationError } from '../authentication-error.ts';
import { authenticateToken, type TokenIdentity } from '../token-authenticator.ts';
import type { BoundName, BoundObjects } from './bound-objects.ts';
import type { ServiceAccountClaims } from './claims.ts';
import { LRUMap } from './lru-map.ts';
import { newServiceAccountTokens } from './service-account-tokens.ts';
import { signToken } from './sign-token.ts';
import { parseTokenKeys, type TokenKeys, toPublicPEM } from './token-keys.ts';

const issuer = 'https://kubernetes.default.svc';
const now = Date.UTC(2026, 5, 1);
const seconds = now / 1000;

function newKeyPEM(type: 'ec' | 'rsa' = 'ec'): string {
  const { privateKey } =
    type === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

const ownKeys = parseTokenKeys(newKeyPEM(), []);

function newClaims(changes: Partial<ServiceAccountClaims> = {}): ServiceAccountClaims {
  return {
    aud: [issuer],
    exp: seconds + 3600,
    iat: seconds,
    iss: issuer,
    jti: 'id-1',
    nbf: seconds,
    sub: 'system:serviceaccount:ns:sa',
    namespace: 'ns',
    serviceAccount: { name: 'sa', uid: 'sa-uid' },
    ...changes,
  };
}

const sign = (changes: Partial<ServiceAccountClaims> = {}, keys: TokenKeys = ownKeys) =>
  signToken(newClaims(changes), keys.signer);

/** Objects by `Kind namespace/name`; `behind` has those that storage has and the copy at hand has not yet. */
function newObjects() {
  const stored = new Map<string, KubernetesObject>();
  const behind = new Set<string>();
  const calls = { peek: 0, get: 0 };
  const keyOf = ({ kind, namespace, name }: BoundName): string => `${kind} ${namespace}/${name}`;
  const objects: BoundObjects = {
    peek: (name) => {
      calls.peek++;
      return behind.has(keyOf(name)) ? undefined : stored.get(keyOf(name));
    },
    get: async (name) => {
      calls.get++;
      return stored.get(keyOf(name));
    },
  };
  const put = (key: string, uid: string, deletionTimestamp?: string): void => {
    const metadata = { uid, ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }) };
    stored.set(key, { apiVersion: 'v1', kind: key.split(' ')[0] ?? '', metadata });
  };
  put('ServiceAccount ns/sa', 'sa-uid');
  return { objects, put, stored, behind, calls };
}

function newScene(first: TokenKeys = ownKeys) {
  const scene = newObjects();
  let keys = first;
  const authenticator = newServiceAccountTokens({
    keys: () => keys,
    issuers: [issuer, 'https://old.example.com'],
    audiences: [issuer],
    objects: scene.objects,
  });
  const ask = (token: string, { at = now, audiences = [issuer] as readonly string[] } = {}) =>
    authenticateToken([authenticator], token, { audiences, now: at });
  return {
    ...scene,
    ask,
    setKeys: (next: TokenKeys): void => {
      keys = next;
    },
    /** Text and hint of the refusal. */
    refusal: async (token: string, options: Parameters<typeof ask>[1] = {}): Promise<readonly [string, string]> => {
      try {
        await ask(token, options);
        return ['it was accepted', ''];
      } catch (error) {
        if (!(error instanceof AuthenticationError)) throw error;
        for (const secret of [token, ...token.split('.').filter((part) => part.length > 20)]) {
          if (error.message.includes(secret) || error.hint.includes(secret)) return ['it tells the token', ''];
        }
        return [error.message, error.hint];
      }
    },
  };
}

t.test('a token says who its account is', async (t) => {
  const { ask } = newScene();
  t.same(await ask(await sign()), {
    user: {
      name: 'system:serviceaccount:ns:sa',
      uid: 'sa-uid',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:ns'],
      extra: { 'authentication.kubernetes.io/credential-id': ['JTI=id-1'] },
    },
    audiences: [issuer],
  } satisfies TokenIdentity);
});

t.test('what is signed has the form of upstream', async (t) => {
  const token = await sign({ secret: { name: 's', uid: 's-uid' } });
  const [header = '', payload = '', signature = ''] = token.split('.');
  const decode = (part: string) => Buffer.from(part, 'base64url').toString();
  t.equal(decode(header), `{"alg":"ES256","kid":"${ownKeys.signer.id}"}`);
  t.equal(
    decode(payload),
    `{"aud":["${issuer}"],"exp":${seconds + 3600},"iat":${seconds},"iss":"${issuer}","jti":"id-1","kubernetes.io":{"namespace":"ns","secret":{"name":"s","uid":"s-uid"},"serviceaccount":{"name":"sa","uid":"sa-uid"}},"nbf":${seconds},"sub":"system:serviceaccount:ns:sa"}`,
  );
  t.equal(Buffer.from(signature, 'base64url').length, 64);
});

/** A token with any header and payload, signed by whatever. */
function forge(header: object, claims: object, signatureOf: (input: string) => Buffer): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${signatureOf(input).toString('base64url')}`;
}

t.test('alg none', async (t) => {
  const { refusal } = newScene();
  const { id: kid } = ownKeys.signer;
  for (const alg of ['none', 'None', 'NONE', '']) {
    const [why, hint] = await refusal(forge({ alg, kid }, newClaims(), () => Buffer.alloc(0)));
    t.equal(why, 'invalid signature, its algorithm is not that of the key');
    t.equal(hint, `algorithm "${alg}", key id "${kid}"`);
  }
  t.match(await refusal(forge({ kid }, newClaims(), () => Buffer.alloc(0))), [
    /^invalid signature/,
    /algorithm none given/,
  ]);
});

t.test('a public key as the secret of HS256', async (t) => {
  const { refusal } = newScene();
  const { id: kid } = ownKeys.signer;
  const secrets = [toPublicPEM(ownKeys.signer), toPublicPEM(ownKeys.signer).trim()];
  for (const secret of secrets) {
    const token = forge({ alg: 'HS256', kid }, newClaims(), (input) =>
      createHmac('sha256', secret).update(input).digest(),
    );
    t.match(await refusal(token), ['invalid signature, its algorithm is not that of the key', /"HS256"/]);
  }
});

t.test('a signature of somebody else', async (t) => {
  const { refusal } = newScene();
  const stranger = parseTokenKeys(newKeyPEM(), []);
  const withOurID = forge({ alg: 'ES256', kid: ownKeys.signer.id }, newClaims(), () => Buffer.alloc(64, 1));
  t.match(await refusal(withOurID), ['invalid signature', /ES256/]);
  t.match(await refusal(await sign({}, stranger)), [
    'invalid signature, no keys found',
    new RegExp(stranger.signer.id),
  ]);
  const withoutID = forge({ alg: 'ES256' }, newClaims(), () => Buffer.alloc(64, 1));
  t.match(await refusal(withoutID), ['invalid signature', /key id none given/]);
  t.match(
    await refusal(forge({ alg: 'ES256', jwk: {}, x5u: 'https://evil' }, newClaims(), () => Buffer.alloc(64))),
    ['invalid signature', /ES256/],
    'what the token says of keys is not listened to',
  );
  const [header = '', payload = '', signature = ''] = (await sign()).split('.');
  const changed = Buffer.from(Buffer.from(payload, 'base64url').toString().replace('"sa"', '"admin"')).toString(
    'base64url',
  );
  t.match(await refusal(`${header}.${changed}.${signature}`), ['invalid signature', /./]);
  t.match(await refusal(`${header}.${payload}.`), ['invalid signature', /./]);
});

t.test('what is no token', async (t) => {
  const { refusal } = newScene();
  const payload = Buffer.from(JSON.stringify(newClaims())).toString('base64url');
  t.match(await refusal('opaque'), ['invalid bearer token', 'no token that is known here']);
  t.match(await refusal('a.b.c'), ['invalid bearer token', /no token/]);
  t.match(await refusal(`.${payload}.`), ['invalid bearer token', 'its header is none of a JWT']);
  t.match(await refusal(`bnVsbA.${payload}.x`), ['invalid bearer token', 'its header is none of a JWT']);
  t.match(await refusal(`{"a".${payload}.x`), ['invalid bearer token', 'its header is none of a JWT']);
  t.match(await refusal(`a.${Buffer.from('null').toString('base64url')}.c`), ['invalid bearer token', /no token/]);
});

t.test('another issuer', async (t) => {
  const { refusal, ask } = newScene();
  t.same(await refusal(await sign({ iss: 'https://evil' })), [
    'invalid bearer token',
    'a JWT of the issuer "https://evil", who is not accepted here',
  ]);
  t.match((await ask(await sign({ iss: 'https://old.example.com' }))).user.name, /:sa$/, 'one of before is accepted');
});

t.test('another audience', async (t) => {
  const { refusal, ask } = newScene();
  const token = await sign({ aud: ['vault', 'db'] });
  t.equal(
    (await refusal(token))[0],
    `token audiences ["vault" "db"] is invalid for the target audiences ["${issuer}"]`,
  );
  t.same((await ask(token, { audiences: ['db', 'other'] })).audiences, ['db']);
  t.match(await refusal(token, { audiences: ['other'] }), [/invalid for the target audiences \["other"\]/]);
  t.same((await ask(token, { audiences: [] })).audiences, ['vault', 'db'], 'nobody asks');
  t.same((await ask(await sign({ aud: [] }))).audiences, [issuer], 'one without is for the API');
});

t.test('clocks', async (t) => {
  const { refusal, ask } = newScene();
  const minute = 60_000;
  const token = await sign({ exp: seconds + 600 });
  const end = now + 10 * minute;
  t.ok(await ask(token, { at: end + minute }), 'a minute is given');
  t.match(await refusal(token, { at: end + minute + 1 }), [
    'service account token has expired',
    "valid until 2026-06-01T00:10:00.000Z, this server's clock says 2026-06-01T00:11:00.001Z",
  ]);
  t.ok(await ask(token, { at: now - minute }));
  t.match(await refusal(token, { at: now - minute - 1 }), ['service account token is not valid yet', /valid from/]);
  t.match(
    await refusal(token, { at: now - 5 * minute }),
    ['service account token is not valid yet'],
    'five minutes behind',
  );
  t.match(await refusal(token, { at: end + 5 * minute }), ['service account token has expired'], 'five minutes ahead');
  const fresh = newScene();
  t.match(await fresh.refusal(await sign({ iat: seconds + 61, nbf: seconds })), [
    'service account token is issued in the future',
  ]);
  t.match(await fresh.refusal(await sign({ exp: 'soon' as unknown as number })), [/no good claim exp/]);
  t.match(await fresh.refusal(await sign({ exp: undefined as unknown as number })), [/no good claim exp/]);
  t.match(await fresh.refusal(await sign({ exp: 1e300 })), [/no good claim exp/]);
});

t.test('an account that goes takes its tokens along', async (t) => {
  const { ask, refusal, stored, put, calls } = newScene();
  const token = await sign();
  t.ok(ask(token) instanceof Promise, 'verified once');
  await ask(token);
  const { get } = calls;
  const again = ask(token);
  t.notOk(again instanceof Promise, 'and known from then on, without waiting');
  t.equal(calls.get, get);
  stored.delete('ServiceAccount ns/sa');
  t.same(await refusal(token), ['serviceaccounts "sa" not found', 'namespace ns']);
  put('ServiceAccount ns/sa', 'another');
  t.match(await refusal(token, { at: now + 3000 }), ['service account UID (another) does not match claim (sa-uid)']);
  put('ServiceAccount ns/sa', 'sa-uid', new Date(now).toISOString());
  t.match(await refusal(token, { at: now + 6000 }), ['service account ns/sa has been deleted']);
  put('ServiceAccount ns/sa', 'sa-uid');
  t.ok(await ask(token, { at: now + 9000 }));
});

t.test('an account that is not at hand yet is looked for', async (t) => {
  const { ask, behind, calls } = newScene();
  behind.add('ServiceAccount ns/sa');
  t.ok(await ask(await sign()));
  t.equal(calls.get, 1);
});

t.test('a token lives and dies with what it is bound to', async (t) => {
  const { ask, refusal, stored, put } = newScene();
  const secret = await sign({ secret: { name: 's', uid: 's-uid' } });
  t.match(await refusal(secret), [
    'service account token has been invalidated',
    'Secret ns/s, to which it is bound, is gone',
  ]);
  put('Secret ns/s', 's-uid');
  t.ok(await ask(secret, { at: now + 3000 }));
  put('Secret ns/s', 'made anew');
  t.match(await refusal(secret, { at: now + 3001 }), ['service account token has been invalidated']);
  put('Secret ns/s', 's-uid', 'now');
  t.match(await refusal(secret, { at: now + 6000 }), ['service account token has been invalidated']);
  stored.clear();
  put('ServiceAccount ns/sa', 'sa-uid');
  put('Pod ns/p', 'p-uid');
  put('Node /n', 'n-uid');
  const pod = await sign({ pod: { name: 'p', uid: 'p-uid' }, node: { name: 'n', uid: 'gone' } });
  t.match((await ask(pod)).user.extra, {
    'authentication.kubernetes.io/pod-name': ['p'],
    'authentication.kubernetes.io/pod-uid': ['p-uid'],
    'authentication.kubernetes.io/node-name': ['n'],
    'authentication.kubernetes.io/node-uid': ['gone'],
  });
  t.ok(await ask(await sign({ node: { name: 'n', uid: 'n-uid' } })));
  t.match(await refusal(await sign({ node: { name: 'n', uid: 'gone' } })), [/invalidated/]);
});

t.test('keys change', async (t) => {
  const { ask, refusal, setKeys } = newScene();
  const token = await sign();
  await ask(token);
  const next = newKeyPEM('rsa');
  setKeys(parseTokenKeys(next, [toPublicPEM(ownKeys.signer)]));
  t.ok(ask(token) instanceof Promise, 'it is looked at anew');
  t.ok(await ask(token), 'and good as long as its key is accepted');
  const rotated = parseTokenKeys(next, []);
  setKeys(rotated);
  t.match(await refusal(token), ['invalid signature, no keys found']);
  t.ok(await ask(await sign({}, rotated)), 'RS256');
  const [header = ''] = (await sign({}, rotated)).split('.');
  t.match(Buffer.from(header, 'base64url').toString(), '"alg":"RS256"');
});

t.test('what is remembered', async (t) => {
  const { ask, refusal, calls, behind, stored } = newScene();
  const token = await sign();
  behind.add('ServiceAccount ns/sa');
  const [first, second] = [ask(token), ask(token)];
  t.same(await first, await second);
  t.equal(calls.get, 1, 'two at a time are one');
  stored.clear();
  const other = await sign({ jti: 'other' });
  await refusal(other);
  await refusal(other, { at: now + 1999 });
  t.equal(calls.get, 2, 'a refusal is remembered for two seconds');
  await refusal(other, { at: now + 2000 });
  t.equal(calls.get, 3);
  const failing = newServiceAccountTokens({
    keys: () => ownKeys,
    issuers: [issuer],
    audiences: [issuer],
    objects: { peek: () => undefined, get: () => Promise.reject(new TypeError('storage is gone')) },
  });
  const query = { audiences: [issuer], now };
  await t.rejects(async () => failing.authenticateToken(token, query), new TypeError('storage is gone'));
  await t.rejects(async () => failing.authenticateToken(token, query), new TypeError('storage is gone'), 'no refusal');
  const map = new LRUMap<string, number>(2);
  for (const [key, value] of [
    ['a', 1],
    ['b', 2],
  ] as const)
    map.set(key, value);
  map.get('a');
  map.set('c', 3);
  t.same([map.get('a'), map.get('b'), map.get('c'), map.size], [1, undefined, 3, 2]);
  map.delete('a');
  t.equal(map.size, 1);
});

t.test('claims of another form', async (t) => {
  const { refusal } = newScene();
  const payloads: readonly [Partial<ServiceAccountClaims>, RegExp][] = [
    [{ namespace: '' }, /kubernetes\.io\.namespace/],
    [{ serviceAccount: { name: '', uid: 'x' } }, /serviceaccount\.name/],
    [{ serviceAccount: 'x' as never }, /serviceaccount\.name/],
    [{ sub: '' }, /claim sub/],
    [{ aud: [1] as never }, /claim aud/],
    [{ nbf: '1' as never }, /claim nbf/],
  ];
  for (const [changes, why] of payloads) t.match((await refusal(await sign(changes)))[0], why);
  const single = await sign({ aud: issuer as never });
  t.match(await refusal(single), ['it was accepted'], 'an audience may stand alone');
});
