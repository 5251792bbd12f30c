import t from 'tap';
import { newInvalid } from '../../../pkg/apimachinery/errors/constructors.ts';
import { decodeObject } from '../../../pkg/apimachinery/runtime/decode-object.ts';
import { cloneJSON, type JSONObject } from '../../../pkg/apimachinery/runtime/json.ts';
import type { FieldError } from '../../../pkg/apimachinery/validation/field-error.ts';
import { validateObjectMeta } from '../../../pkg/apimachinery/validation/object-meta.ts';
import type { ConfigMap } from './config-map-schema.ts';
import { configMapKind } from './config-map.ts';

const { strategy = {}, columns = [] } = configMapKind;

function newConfigMap(members: Partial<ConfigMap>): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'g' }, ...members };
}

function toMessage(name: string, errors: readonly FieldError[]): string {
  if (errors.length === 0) return '';
  return newInvalid(configMapKind, name, errors).message;
}

/** What a client reads about a refused create. */
function messageFor(object: ConfigMap): string {
  const draft = cloneJSON(object);
  strategy.applyDefaults?.(draft);
  const errors = [...validateObjectMeta(draft.metadata, { namespaced: true }), ...(strategy.validate?.(draft) ?? [])];
  return toMessage(draft.metadata.name ?? '', errors);
}

/** What a client reads about a refused update. */
function updateMessageFor(object: ConfigMap, old: ConfigMap): string {
  return toMessage(old.metadata.name ?? '', strategy.validateUpdate?.(object, old) ?? []);
}

async function decode(body: JSONObject): Promise<ConfigMap> {
  const { object } = await decodeObject({
    body: Buffer.from(JSON.stringify(body)),
    mediaType: 'application/json',
    expected: configMapKind,
    schema: configMapKind.schema,
    fieldValidation: 'Strict',
  });
  const draft = object as ConfigMap;
  strategy.applyDefaults?.(draft);
  return draft;
}

t.test('what is written has the order and the spelling of Go', async (t) => {
  const metadata = { name: 'imm' };
  const full = await decode({
    binaryData: { b: 'Yh==', a: 'Y\nWI=\r\n', c: '' },
    data: { z: '1', a: '' },
    immutable: true,
    metadata,
  });
  t.equal(
    JSON.stringify(full),
    '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"imm"},"immutable":true,"data":{"a":"","z":"1"},"binaryData":{"a":"YWI=","b":"Yg==","c":""}}',
  );
  const empty = await decode({ data: {}, binaryData: {}, immutable: null, metadata });
  t.equal(JSON.stringify(empty), '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"imm"}}');
  const odd = await decode(
    JSON.parse('{"metadata":{"name":"imm"},"binaryData":{"__proto__":"YQ==","constructor":"Yg=="}}'),
  );
  t.equal(JSON.stringify(odd.binaryData), '{"__proto__":"YQ==","constructor":"Yg=="}');
});

t.test('bodies of the wrong types are refused', async (t) => {
  const start = 'ConfigMap in version "v1" cannot be handled as a ConfigMap: ';
  const cases: readonly [JSONObject, string][] = [
    [{ data: { a: 1 } }, 'json: cannot unmarshal number into Go struct field ConfigMap.data of type string'],
    [{ binaryData: { a: '%%' } }, 'illegal base64 data at input byte 0'],
    [{ dataa: {} }, 'strict decoding error: unknown field "dataa"'],
  ];
  for (const [members, expected] of cases) {
    await t.rejects(decode({ metadata: { name: 'x' }, ...members }), { code: 400, message: start + expected });
  }
});

const keyText =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

t.test('faults are told with the texts of a real server', async (t) => {
  const mebibyte = 1024 * 1024;
  const longKey = 'k'.repeat(254);
  const cases: readonly [string, Partial<ConfigMap>, string][] = [
    ['nothing in it', {}, ''],
    ['good keys', { data: { 'A-b_c.9': '1', '.dot': '2' }, binaryData: { '-': 'YQ==' } }, ''],
    ['bad key', { data: { 'a b': '1' } }, `data[a b]: Invalid value: "a b": ${keyText}`],
    ['no key', { data: { '': '1' } }, `data[]: Invalid value: "": ${keyText}`],
    ['bad key of bytes', { binaryData: { 'a/b': 'YQ==' } }, `binaryData[a/b]: Invalid value: "a/b": ${keyText}`],
    [
      'long key',
      { data: { [longKey]: '1' } },
      `data[${longKey}]: Invalid value: "${longKey}": must be no more than 253 bytes`,
    ],
    ['longest key', { data: { [longKey.slice(1)]: '1' } }, ''],
    ['this folder', { data: { '.': '1' } }, `data[.]: Invalid value: ".": must not be '.'`],
    ['its parent', { data: { '..': '1' } }, `data[..]: Invalid value: "..": must not be '..'`],
    ['like its parent', { data: { '..x': '1' } }, `data[..x]: Invalid value: "..x": must not start with '..'`],
    [
      'a key twice',
      { data: { a: '1', b: '2' }, binaryData: { b: 'YQ==' } },
      'data[b]: Invalid value: "b": duplicate of key present in binaryData',
    ],
    ['too large', { data: { a: 'x'.repeat(mebibyte + 1) } }, '[]: Too long: may not be more than 1048576 bytes'],
    ['as large as can be', { data: { a: 'x'.repeat(mebibyte) } }, ''],
    [
      'characters are not bytes',
      { data: { a: 'é'.repeat(mebibyte / 2), b: 'x' } },
      '[]: Too long: may not be more than 1048576 bytes',
    ],
    [
      'all values together',
      { data: { a: 'x'.repeat(mebibyte - 2) }, binaryData: { b: 'YWJj' } },
      '[]: Too long: may not be more than 1048576 bytes',
    ],
    ['bytes are counted, not their base64', { binaryData: { b: Buffer.alloc(mebibyte).toString('base64') } }, ''],
    [
      'finalizer without a domain',
      { metadata: { name: 'a', namespace: 'g', finalizers: ['nodomain'] } },
      'metadata.finalizers[0]: Invalid value: "nodomain": name is neither a standard finalizer name nor is it fully qualified',
    ],
    ['no name', { metadata: { namespace: 'g' } }, 'metadata.name: Required value: name or generateName is required'],
    [
      'bad name',
      { metadata: { name: 'Bad_Name', namespace: 'g' } },
      `metadata.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
    ],
  ];
  for (const [name, members, expected] of cases) {
    const object = newConfigMap(members);
    const start = `ConfigMap "${object.metadata.name ?? ''}" is invalid: `;
    t.equal(messageFor(object), expected === '' ? '' : start + expected, name);
  }
});

t.test('what is immutable stays as it is', async (t) => {
  const old = newConfigMap({ immutable: true, data: { a: '1' }, metadata: { name: 'imm', namespace: 'g' } });
  const detail = 'Forbidden: field is immutable when `immutable` is set';
  const start = 'ConfigMap "imm" is invalid: ';
  t.equal(updateMessageFor({ ...old, data: { a: 'changed' } }, old), `${start}data: ${detail}`);
  t.equal(updateMessageFor({ ...old, binaryData: { b: 'YQ==' } }, old), `${start}binaryData: ${detail}`);
  t.equal(updateMessageFor({ ...old, immutable: false }, old), `${start}immutable: ${detail}`);
  const { immutable: _, data: __, ...bare } = old;
  t.equal(updateMessageFor(bare, old), `${start}[immutable: ${detail}, data: ${detail}]`);
  t.equal(
    updateMessageFor({ ...old, metadata: { ...old.metadata, labels: { a: 'b' } } }, old),
    '',
    'metadata may change',
  );
  t.equal(updateMessageFor(cloneJSON(old), old), '');
  t.equal(updateMessageFor(old, bare), '', 'may become immutable, and change with it');
  t.equal(
    updateMessageFor({ ...bare, data: { 'a b': '' } }, bare),
    `${start}data[a b]: Invalid value: "a b": ${keyText}`,
    'the rules of a create hold',
  );
});

t.test('columns count the values', async (t) => {
  t.strictSame(
    columns.map(({ name, type }) => [name, type]),
    [
      ['Data', 'string'],
      ['Age', 'string'],
    ],
  );
  t.match(columns[0]?.description, /^Data contains the configuration data\. /);
  t.equal(columns[0]?.cell(newConfigMap({ data: { a: '1' } }), 0), 1);
  t.equal(columns[0]?.cell(newConfigMap({ data: { a: '1' }, binaryData: { b: '', c: '' } }), 0), 3);
  t.equal(columns[0]?.cell(newConfigMap({}), 0), 0);
});
