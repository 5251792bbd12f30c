import t from 'tap';
import { newInvalid } from '../../../pkg/apimachinery/errors/constructors.ts';
import { decodeObject } from '../../../pkg/apimachinery/runtime/decode-object.ts';
import { cloneJSON, type JSONObject } from '../../../pkg/apimachinery/runtime/json.ts';
import type { FieldError } from '../../../pkg/apimachinery/validation/field-error.ts';
import { validateObjectMeta } from '../../../pkg/apimachinery/validation/object-meta.ts';
import type { Secret } from './secret-schema.ts';
import { secretKind } from './secret.ts';

const { strategy = {}, columns = [] } = secretKind;

function newSecret(members: Partial<Secret>): Secret {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'default' }, ...members };
}

function toMessage(errors: readonly FieldError[]): string {
  if (errors.length === 0) return '';
  return newInvalid(secretKind, 's', errors).message.replace('Secret "s" is invalid: ', '');
}

/** What a client reads about a refused create. */
function messageFor(object: Secret): string {
  const draft = cloneJSON(object);
  strategy.applyDefaults?.(draft);
  return toMessage([
    ...validateObjectMeta(draft.metadata, { namespaced: true }),
    ...(strategy.validate?.(draft) ?? []),
  ]);
}

/** What a client reads about a refused update. */
function updateMessageFor(object: Secret, old: Secret): string {
  const draft = cloneJSON(object);
  strategy.applyDefaults?.(draft);
  return toMessage(strategy.validateUpdate?.(draft, old) ?? []);
}

async function decode(body: JSONObject): Promise<Secret> {
  const { object } = await decodeObject({
    body: Buffer.from(JSON.stringify({ metadata: { name: 's' }, ...body })),
    mediaType: 'application/json',
    expected: secretKind,
    schema: secretKind.schema,
    fieldValidation: 'Strict',
  });
  const draft = object as Secret;
  strategy.applyDefaults?.(draft);
  return draft;
}

t.test('text is folded into bytes, and a type is given', async (t) => {
  const cases: readonly [string, JSONObject, string][] = [
    ['text', { stringData: { a: 'b' } }, '"data":{"a":"Yg=="},"type":"Opaque"'],
    [
      'text beats bytes',
      { data: { b: 'YQ==', a: 'YQ==' }, stringData: { a: 'é', c: '' } },
      '"data":{"a":"w6k=","b":"YQ==","c":""},"type":"Opaque"',
    ],
    ['nothing', { data: {}, stringData: {}, type: '' }, '"type":"Opaque"'],
    [
      'another type',
      { type: 'example.com/own', immutable: false, data: { a: 'Y\nQ=\n=' } },
      '"immutable":false,"data":{"a":"YQ=="},"type":"example.com/own"',
    ],
    ['one spelling of bytes', { data: { a: 'Yh==' } }, '"data":{"a":"Yg=="},"type":"Opaque"'],
    ['null', { data: { a: null }, stringData: null, type: null }, '"data":{"a":""},"type":"Opaque"'],
  ];
  for (const [name, body, expected] of cases) {
    const start = '{"kind":"Secret","apiVersion":"v1","metadata":{"name":"s"},';
    t.equal(JSON.stringify(await decode(body)), `${start}${expected}}`, name);
  }
  const odd = await decode(JSON.parse('{"stringData":{"__proto__":"a"}}'));
  t.equal(JSON.stringify(odd.data), '{"__proto__":"YQ=="}');
});

t.test('bytes that are no base64 are refused', async (t) => {
  const start = 'Secret in version "v1" cannot be handled as a Secret: ';
  await t.rejects(decode({ data: { a: '%%' } }), { code: 400, message: `${start}illegal base64 data at input byte 0` });
  await t.rejects(decode({ data: { a: 'YQ' } }), { code: 400, message: `${start}illegal base64 data at input byte 0` });
  await t.rejects(decode({ data: { a: 1 } }), {
    code: 400,
    message: `${start}json: cannot unmarshal number into Go struct field Secret.data of type []uint8`,
  });
});

const keyText =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

t.test('faults are told with the texts of a real server', async (t) => {
  const bytes = (count: number) => ({ a: Buffer.alloc(count).toString('base64') });
  const cases: readonly [string, Partial<Secret>, string][] = [
    ['nothing in it', {}, ''],
    ['bad key', { data: { 'a b': '' } }, `data[a b]: Invalid value: "a b": ${keyText}`],
    ['bad key of text', { stringData: { '..': '' } }, `data[..]: Invalid value: "..": must not be '..'`],
    ['as large as can be', { data: bytes(1024 * 1024) }, ''],
    ['too large', { data: bytes(1024 * 1024 + 1) }, 'data: Too long: may not be more than 1048576 bytes'],
    [
      'too large with text',
      { data: bytes(1024 * 1024), stringData: { b: 'x' } },
      'data: Too long: may not be more than 1048576 bytes',
    ],
    [
      'finalizer without a domain',
      { metadata: { name: 's', namespace: 'g', finalizers: ['x/y', 'nodomain'] } },
      'metadata.finalizers[1]: Invalid value: "nodomain": name is neither a standard finalizer name nor is it fully qualified',
    ],
  ];
  for (const [name, members, expected] of cases) t.equal(messageFor(newSecret(members)), expected, name);
});

t.test('a type says what must be in a Secret', async (t) => {
  const redacted = 'Invalid value: "<secret contents redacted>"';
  const cases: readonly [type: string, members: Partial<Secret>, expected: string][] = [
    ['example.com/own', {}, ''],
    ['kubernetes.io/tls', {}, '[data[tls.crt]: Required value, data[tls.key]: Required value]'],
    ['kubernetes.io/tls', { stringData: { 'tls.crt': '' } }, 'data[tls.key]: Required value'],
    ['kubernetes.io/tls', { stringData: { 'tls.crt': '', 'tls.key': '' } }, ''],
    ['kubernetes.io/basic-auth', {}, '[data[username]: Required value, data[password]: Required value]'],
    ['kubernetes.io/basic-auth', { stringData: { password: '' } }, ''],
    ['kubernetes.io/basic-auth', { stringData: { username: 'u' } }, ''],
    ['kubernetes.io/ssh-auth', {}, 'data[ssh-privatekey]: Required value'],
    ['kubernetes.io/ssh-auth', { stringData: { 'ssh-privatekey': '' } }, 'data[ssh-privatekey]: Required value'],
    ['kubernetes.io/ssh-auth', { stringData: { 'ssh-privatekey': 'k' } }, ''],
    ['kubernetes.io/dockercfg', {}, 'data[.dockercfg]: Required value'],
    ['kubernetes.io/dockercfg', { stringData: { '.dockercfg': '{}' } }, ''],
    [
      'kubernetes.io/dockercfg',
      { stringData: { '.dockercfg': '' } },
      `data[.dockercfg]: ${redacted}: unexpected end of JSON input`,
    ],
    ['kubernetes.io/dockerconfigjson', {}, 'data[.dockerconfigjson]: Required value'],
    ['kubernetes.io/dockerconfigjson', { stringData: { '.dockerconfigjson': '{"auths":{}}' } }, ''],
    ['kubernetes.io/dockerconfigjson', { stringData: { '.dockerconfigjson': 'null' } }, ''],
    [
      'kubernetes.io/dockerconfigjson',
      { stringData: { '.dockerconfigjson': 'hunter2' } },
      `data[.dockerconfigjson]: ${redacted}: invalid character 'h' looking for beginning of value`,
    ],
    [
      'kubernetes.io/dockerconfigjson',
      { stringData: { '.dockerconfigjson': '[]' } },
      `data[.dockerconfigjson]: ${redacted}: json: cannot unmarshal array into Go value of type map[string]interface {}`,
    ],
    [
      'kubernetes.io/service-account-token',
      {},
      'metadata.annotations[kubernetes.io/service-account.name]: Required value',
    ],
    [
      'kubernetes.io/service-account-token',
      { metadata: { name: 's', namespace: 'g', annotations: { 'kubernetes.io/service-account.name': 'sa' } } },
      '',
    ],
  ];
  for (const [type, members, expected] of cases) {
    t.equal(messageFor(newSecret({ ...members, type })), expected, `${type}: ${JSON.stringify(members)}`);
  }
});

t.test('the type never changes, nor does what is immutable', async (t) => {
  const tls = newSecret({ type: 'kubernetes.io/tls', data: { 'tls.crt': '', 'tls.key': '' } });
  t.equal(updateMessageFor(cloneJSON(tls), tls), '');
  const { type: _, ...untyped } = tls;
  t.equal(updateMessageFor(untyped, tls), 'type: Invalid value: "Opaque": field is immutable');
  t.equal(
    updateMessageFor({ ...tls, type: 'kubernetes.io/ssh-auth' }, tls),
    '[type: Invalid value: "kubernetes.io/ssh-auth": field is immutable, data[ssh-privatekey]: Required value]',
  );
  const old = newSecret({ type: 'Opaque', immutable: true, data: { a: 'YQ==' } });
  const detail = 'Forbidden: field is immutable when `immutable` is set';
  t.equal(updateMessageFor({ ...old, stringData: { a: 'b' } }, old), `data: ${detail}`);
  t.equal(updateMessageFor({ ...old, stringData: { a: 'a' } }, old), '', 'the same in other words');
  const { immutable: __, ...mutable } = old;
  t.equal(updateMessageFor(mutable, old), `immutable: ${detail}`);
});

t.test('columns and selectors show the type, never a value', async (t) => {
  const object = newSecret({ type: 'Opaque', data: { a: 'YQ==', b: 'Yg==' } });
  t.strictSame(
    columns.slice(0, 2).map((column) => [column.name, column.type, column.cell(object, 0)]),
    [
      ['Type', 'string', 'Opaque'],
      ['Data', 'string', 2],
    ],
  );
  t.equal(columns[2]?.name, 'Age');
  t.equal(columns[1]?.cell(newSecret({}), 0), 0);
  t.equal(secretKind.selectableFields?.['type']?.(object), 'Opaque');
  t.equal(secretKind.selectableFields?.['type']?.(newSecret({})), '');
});
