import t from 'tap';
import { compareUTF8 } from './compare.ts';
import { decodeJSON } from './decode-json.ts';
import { encodeJSON } from './encode-json.ts';
import { cloneJSON, deepFreeze, equalJSON, getMember, isJSONObject, setMember } from './json.ts';
import { findDuplicateFields } from './json-duplicates.ts';
import { isTooDeep, maxJSONDepth } from './json-limits.ts';

const decode = (text: string) => decodeJSON(Buffer.from(text)).value;
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

t.test('JSON values are cloned, compared and frozen throughout', (t) => {
  const value = { a: [1, { b: null }], c: 'x', d: undefined };
  const copy = cloneJSON(value);
  t.same(copy, { a: [1, { b: null }], c: 'x' });
  t.not(copy.a, value.a);
  t.ok(equalJSON(value, copy));
  t.ok(equalJSON({ a: 1, b: 2 }, { b: 2, a: 1 }), 'order does not matter');
  const different: [unknown, unknown][] = [
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: 1, b: 2 }, { a: 1 }],
    [{ a: 1 }, { b: 1 }],
    [
      [1, 2],
      [2, 1],
    ],
    [[1], [1, 2]],
    [[], {}],
    [{}, []],
    [null, {}],
    [{}, null],
    [0, '0'],
    [{}, decode('{"__proto__":{}}')],
    [{ toString: 1 }, {}],
  ];
  for (const [a, b] of different) t.notOk(equalJSON(a, b), `${JSON.stringify(a)} is not ${JSON.stringify(b)}`);
  const frozen = deepFreeze({ a: [{ b: 1 }] });
  t.ok(Object.isFrozen(frozen.a[0]));
  t.equal(deepFreeze(5), 5);
  t.end();
});

t.test('inherited names are not members, and __proto__ is one', (t) => {
  t.equal(getMember({}, 'constructor'), undefined);
  const object: Record<string, unknown> = {};
  setMember(object, '__proto__', { polluted: true });
  setMember(object, 'a', 1);
  t.equal(JSON.stringify(object), '{"__proto__":{"polluted":true},"a":1}');
  t.equal(object['polluted'], undefined);
  t.equal(JSON.stringify(cloneJSON(object)), '{"__proto__":{"polluted":true},"a":1}');
  t.same([[], null, 'x', 1].map(isJSONObject), [false, false, false, false]);
  t.end();
});

t.test('strings are ordered by their bytes', (t) => {
  const sorted = ['', 'A', 'a', 'ab', 'b', 'é', '\uffff', '\u{10000}'];
  t.same(sorted.toReversed().toSorted(compareUTF8), sorted);
  t.equal(compareUTF8('a', 'a'), 0);
  t.end();
});

t.test('JSON is written as Go writes it', (t) => {
  t.equal(encodeJSON({ a: '<b> & "c" \u2028' }), '{"a":"\\u003cb\\u003e \\u0026 \\"c\\" \\u2028"}\n');
  t.equal(encodeJSON({ a: [1] }, true), '{\n  "a": [\n    1\n  ]\n}');
  t.end();
});

t.test('syntax errors are told in the words of Go', (t) => {
  const cases: [string, string][] = [
    ['', 'unexpected end of JSON input'],
    ['  ', 'unexpected end of JSON input'],
    ['hello', "invalid character 'h' looking for beginning of value"],
    ['{"a"', 'unexpected end of JSON input'],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{a:1}', "invalid character 'a' looking for beginning of object key string"],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['{"a":1 "b":2}', `invalid character '"' after object key:value pair`],
    ['[1 2]', "invalid character '2' after array element"],
    ['[1,]', "invalid character ']' looking for beginning of value"],
    ['{} x', "invalid character 'x' after top-level value"],
    ['"a\nb"', String.raw`invalid character '\n' in string literal`],
    ['"a', 'unexpected end of JSON input'],
    ['"\\x"', "invalid character 'x' in string escape code"],
    ['"\\u12g4"', String.raw`invalid character 'g' in \u hexadecimal character escape`],
    ['-', "invalid character ' ' in numeric literal"],
    ['-a', "invalid character 'a' in numeric literal"],
    ['1.x', "invalid character 'x' after decimal point in numeric literal"],
    ['1e', "invalid character ' ' in exponent of numeric literal"],
    ['01', "invalid character '1' after top-level value"],
    ['tru', "invalid character ' ' in literal true (expecting 'e')"],
    ['nulx', "invalid character 'x' in literal null (expecting 'l')"],
    ["'a'", String.raw`invalid character '\'' looking for beginning of value`],
    ['é', "invalid character 'Ã' looking for beginning of value"],
    ['\ufeff{}', "invalid character 'ï' looking for beginning of value"],
    ['[{},[],{"a":[]},1}', "invalid character '}' after array element"],
    ['1e400', 'number 1e400 cannot be represented exactly: integers beyond 2^53 must be strings'],
    [
      '[12345678901234567890]',
      'number 12345678901234567890 cannot be represented exactly: integers beyond 2^53 must be strings',
    ],
    [nested(maxJSONDepth + 1), 'exceeded max depth'],
  ];
  for (const [text, message] of cases) {
    t.throws(() => decode(text), { name: 'JSONSyntaxError', message }, JSON.stringify(text.slice(0, 30)));
  }
  t.throws(() => decodeJSON(Uint8Array.of(0xc7, 0x2c)), {
    message: "invalid character 'Ç' looking for beginning of value",
  });
  t.throws(() => decodeJSON(Uint8Array.of(0x22, 0x80, 0x22)), { message: 'invalid UTF-8 in string literal' });
  t.end();
});

t.test('numbers and nesting are taken as far as they can be held', (t) => {
  t.same(
    decode('[9007199254740992,-9007199254740991,100000000000000000000,1e300,0.12345678901234567890]'),
    [9007199254740992, -9007199254740991, 100000000000000000000, 1e300, 0.12345678901234568],
  );
  t.same(decode('{"a":"12345678901234567890","1234567890123456789":1}'), {
    a: '12345678901234567890',
    '1234567890123456789': 1,
  });
  t.doesNotThrow(() => JSON.stringify(cloneJSON(decode(nested(maxJSONDepth)))));
  t.notOk(isTooDeep(`["${'['.repeat(5000)}\\"${'['.repeat(5000)}"]`), 'brackets in strings do not nest');
  t.end();
});

t.test('duplicate members are found by their paths', (t) => {
  const cases: [string, string[]][] = [
    ['{"a":1,"b":2}', []],
    ['{"data":{"a":"1","a":"2"}}', ['data.a']],
    ['{"a":1,"a":2,"a":3}', ['a']],
    ['{"spec":{"items":[{"x":1},{"x":1,"y":[{}],"x":2}]},"spec":1}', ['spec.items[1].x', 'spec']],
    ['{"a":{"b":1},"c":{"b":1}}', []],
    ['[{"a":"a","b":"a"},{"a":"{\\"a\\":1,\\"a\\":2}"}]', []],
    ['{"a\\u0062":1,"ab":2}', ['ab']],
    ['{"a\\"b":1,"a\\"b":2}', ['a"b']],
    ['{"__proto__":1,"__proto__":2}', ['__proto__']],
    ['{ "a" : [ 1 , 2 ] , "a" : "\\\\" }', ['a']],
  ];
  for (const [text, expected] of cases) {
    t.same(findDuplicateFields(text), expected, text);
    t.same(decodeJSON(Buffer.from(text), { findDuplicates: true }).duplicates, expected);
    t.same(decodeJSON(Buffer.from(text)).duplicates, []);
  }
  const many = `{${Array.from({ length: 300 }, (_, index) => `"k${index}":1,"k${index}":2`).join(',')}}`;
  t.equal(findDuplicateFields(many).length, 100, 'no more than are of use');
  t.end();
});
