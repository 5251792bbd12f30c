import t from 'tap';
import { isStatusError } from '../errors/status-error.ts';
import { deepFreeze } from '../runtime/json.ts';
import type { Schema } from '../schema/schema.ts';
import { decodePatched } from './decode-patched.ts';
import { applyMergePatch, decodeMergePatch } from './merge-patch.ts';

t.test('a merge patch does what RFC 7386 says', (t) => {
  const cases: [unknown, unknown, unknown][] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
    [
      { data: { a: '2', b: 'x' }, metadata: {} },
      { data: { b: null, e: '5' }, metadata: { annotations: { n: 'v' } } },
      { data: { a: '2', e: '5' }, metadata: { annotations: { n: 'v' } } },
    ],
    [{}, { constructor: { a: 1 } }, { constructor: { a: 1 } }],
  ];
  for (const [document, patch, expected] of cases) {
    const what = `${JSON.stringify(document)} + ${JSON.stringify(patch)}`;
    t.same(applyMergePatch(deepFreeze(document), deepFreeze(patch)), expected, what);
  }
  const merged = applyMergePatch({}, JSON.parse('{"__proto__":{"polluted":true}}'));
  t.equal(JSON.stringify(merged), '{"__proto__":{"polluted":true}}');
  t.equal((merged as Record<string, unknown>)['polluted'], undefined);
  t.end();
});

t.test('what is no merge patch is refused in upstream words', (t) => {
  const decode = (text: string) => () => decodeMergePatch(Buffer.from(text), { findDuplicates: true });
  t.throws(decode('[]'), {
    message: 'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
    status: { code: 400 },
  });
  t.throws(decode('{'), { message: 'invalid JSON patch', status: { code: 400 } });
  t.same(decode('null')(), { patch: {}, faults: [] });
  t.same(decode('{"a":{"b":1,"b":2}}')(), { patch: { a: { b: 2 } }, faults: ['duplicate field "a.b"'] });
  t.end();
});

const schema: Schema = {
  $id: 'io.k8s.api.core.v1.ConfigMap',
  type: 'object',
  properties: { data: { type: 'object', additionalProperties: { type: 'string' } } },
};
const rules = {
  expected: { group: '', version: 'v1', kind: 'ConfigMap' },
  schema,
  fieldValidation: 'Warn',
  faults: ['duplicate field "a.b"'],
} as const;

function failure(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    if (!isStatusError(error)) throw error;
    return error.status;
  }
}

t.test('a patched object is decoded like any other', (t) => {
  const patched = { kind: 'ConfigMap', metadata: { name: 'a' }, foo: 1, data: { b: '1', a: '2' } };
  t.same(decodePatched(patched, rules), {
    object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a' }, data: { a: '2', b: '1' } },
    warnings: ['duplicate field "a.b"', 'unknown field "foo"'],
  });
  t.same(decodePatched(patched, { ...rules, fieldValidation: 'Ignore' }).warnings, []);
  t.end();
});

t.test('a patched object that cannot be decoded is shown with the reason', (t) => {
  const head = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a', finalizers: [] } };
  const shown = (members: string) =>
    `"{\\"apiVersion\\":\\"v1\\",${members}\\"kind\\":\\"ConfigMap\\",\\"metadata\\":{\\"name\\":\\"a\\",\\"finalizers\\":[]}}"`;
  const cases: [unknown, 'Warn' | 'Strict', string][] = [
    [
      { ...head, data: 'x' },
      'Warn',
      `${shown('\\"data\\":\\"x\\",')}: json: cannot unmarshal string into Go struct field ConfigMap.data of type map[string]string`,
    ],
    [
      { ...head, foo: 1 },
      'Strict',
      `${shown('\\"foo\\":1,')}: strict decoding error: duplicate field "a.b", unknown field "foo"`,
    ],
    [
      { kind: 'Pod' },
      'Warn',
      `"{\\"kind\\":\\"Pod\\"}": no kind "Pod" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"`,
    ],
    [{ apiVersion: 'a/b/c' }, 'Warn', `"{\\"apiVersion\\":\\"a/b/c\\"}": unexpected GroupVersion string: a/b/c`],
    [
      { kind: 1 },
      'Warn',
      `"{\\"kind\\":1}": json: cannot unmarshal number into Go struct field ConfigMap.kind of type string`,
    ],
    [[], 'Warn', `"[]": json: cannot unmarshal array into Go value of type v1.ConfigMap`],
  ];
  for (const [patched, fieldValidation, why] of cases) {
    const status = failure(() => decodePatched(patched, { ...rules, fieldValidation }));
    t.same(
      status,
      {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: ` "" is invalid: patch: Invalid value: ${why}`,
        reason: 'Invalid',
        details: { causes: [{ reason: 'FieldValueInvalid', message: `Invalid value: ${why}`, field: 'patch' }] },
        code: 422,
      },
      JSON.stringify(patched),
    );
  }
  t.end();
});
