import t from 'tap';
import { compareKeys } from './compare-keys.ts';
import { parseYAML } from './parse.ts';
import { toYAML } from './to-yaml.ts';

t.test('objects are written as upstream writes them', (t) => {
  const fields = { 'f:data': { '.': {}, 'f:a': {} }, 'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } } };
  const configMap = {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: {
      name: 'a',
      resourceVersion: '203',
      creationTimestamp: '2026-11-21T10:02:39Z',
      labels: { tier: 'x', app: 'one' },
      managedFields: [{ manager: 'unknown', time: '2026-11-21T10:02:39Z', fieldsV1: fields }],
    },
    data: { a: '1' },
  };
  t.equal(
    toYAML(configMap),
    `apiVersion: v1
data:
  a: "1"
kind: ConfigMap
metadata:
  creationTimestamp: "2026-11-21T10:02:39Z"
  labels:
    app: one
    tier: x
  managedFields:
  - fieldsV1:
      f:data:
        .: {}
        f:a: {}
      f:metadata:
        f:labels:
          .: {}
          f:app: {}
    manager: unknown
    time: "2026-11-21T10:02:39Z"
  name: a
  resourceVersion: "203"
`,
  );
  const message =
    'only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch';
  t.equal(
    toYAML({ kind: 'Status', message, metadata: {}, code: 406 }),
    `code: 406
kind: Status
message: 'only the following media types are accepted: application/json;stream=watch,
  application/vnd.kubernetes.protobuf;stream=watch'
metadata: {}
`,
  );
  const versions = [{ version: 'v1', groupVersion: 'coordination.k8s.io/v1' }];
  t.equal(toYAML({ versions }), 'versions:\n- groupVersion: coordination.k8s.io/v1\n  version: v1\n');
  t.end();
});

t.test('values are written in the style that keeps their meaning', (t) => {
  const cases: [unknown, string][] = [
    [null, 'null'],
    [undefined, 'null'],
    [true, 'true'],
    [12, '12'],
    [1.5, '1.5'],
    [1234567.5, '1.2345675e+06'],
    [0.0001, '0.0001'],
    [1e-7, '1e-07'],
    [1e21, '1e+21'],
    [[], '[]'],
    [{}, '{}'],
    [{ a: undefined }, '{}'],
    ['word', 'word'],
    ['', '""'],
    ['yes', '"yes"'],
    ['y', '"y"'],
    ['1', '"1"'],
    ['0x1', '"0x1"'],
    ['1_0', '"1_0"'],
    ['.5', '".5"'],
    ['~', '"~"'],
    ['2020-01-01', '"2020-01-01"'],
    ['12:30:45', '"12:30:45"'],
    ['<<', '"<<"'],
    ['a: b', "'a: b'"],
    ['a:b', 'a:b'],
    ['a:', "'a:'"],
    ['- x', "'- x'"],
    ['-', "'-'"],
    ['-x', '-x'],
    ['---', "'---'"],
    ['#x', "'#x'"],
    ['x#', 'x#'],
    ['x #', "'x #'"],
    ['[x', "'[x'"],
    ['x,y', 'x,y'],
    [' x', "' x'"],
    ['x ', "'x '"],
    ["it's", "it's"],
    ["'x'", "'''x'''"],
    ['"x"', `'"x"'`],
    ['C:\\x', 'C:\\x'],
    ['é', 'é'],
    ['a\tb', '"a\\tb"'],
    ['\u0001\u001b\u0000\u0085\u2028\u{1f600}\u00a0\ufeff', '"\\x01\\e\\0\\N\\L\\U0001F600\u00a0\\uFEFF"'],
    ['"a"\t\\', '"\\"a\\"\\t\\\\"'],
    ['a\nb', '|-\n  a\n  b'],
    ['a\nb\n', '|\n  a\n  b'],
    ['a\n\n', '|+\n  a\n'],
    ['\n a', '|2-\n\n   a'],
    ['a \nb', '"a \\nb"'],
    ['a\nb ', '"a\\nb "'],
    ['a\r\nb', '"a\\r\\nb"'],
    [[['a', ['b']], { x: 1, y: [2] }], '- - a\n  - - b\n- x: 1\n  "y":\n  - 2'],
    [{ a: { 'b c': { '': 1 } } }, 'a:\n  b c:\n    "": 1'],
    [{ a: 'x\ny', b: ['x\ny'] }, 'a: |-\n  x\n  y\nb:\n- |-\n  x\n  y'],
    [{ 'a\nb': { c: 1 } }, '? |-\n  a\n  b\n: c: 1'],
  ];
  for (const [value, text] of cases) {
    // Control characters in the name of an assertion would end it.
    t.equal(toYAML(value), `${text}\n`, JSON.stringify([value]).replaceAll(/[^ -~]/g, '?'));
  }
  t.end();
});

t.test('long text is folded at spaces, long keys stand alone', (t) => {
  const words = Array.from({ length: 20 }, (_, index) => `word${index}`).join(' ');
  const [first, second] = [words.slice(0, words.indexOf(' word13')), words.slice(words.indexOf('word13'))];
  t.equal(toYAML({ a: words }), `a: ${first}\n  ${second}\n`);
  t.equal(toYAML([[words]]), `- - ${first}\n    ${second}\n`);
  t.equal(toYAML({ a: `${words}\t` }), `a: "${first}\n  ${second}\\t"\n`);
  const key128 = words.slice(1);
  t.equal(toYAML({ [key128]: 1 }), `${key128}: 1\n`);
  const key = 'k'.repeat(129);
  t.equal(toYAML({ [key]: 1, z: { [key]: ['x'] } }), `? ${key}\n: 1\nz:\n  ? ${key}\n  : - x\n`);
  t.end();
});

t.test('keys are ordered as people order them', (t) => {
  const sorted = ['', '.', '1', '2', '10', '010', 'A', 'a', 'a-b', 'a1', 'a2', 'a10', 'a10b', 'ab', 'b', 'f:a', 'é'];
  for (const [index, key] of sorted.entries()) {
    t.equal(compareKeys(key, key), 0);
    const next = sorted[index + 1];
    if (next !== undefined && key !== '10') t.ok(compareKeys(key, next) < 0, `${key} < ${next}`);
  }
  t.end();
});

t.test('what is written can be read again', async (t) => {
  const pieces = [
    'a',
    'y',
    ' ',
    '\n',
    ':',
    '#',
    '-',
    "'",
    '"',
    '\\',
    '\t',
    '1',
    '.',
    '{',
    ',',
    '&',
    'é',
    '\u{1f600}',
    '%',
    '?',
    '!',
  ];
  let seed = 1;
  const random = (bound: number) => (seed = (seed * 48271) % 2147483647) % bound;
  const text = () => Array.from({ length: random(12) }, () => pieces[random(pieces.length)]).join('');
  for (let round = 0; round < 1500; round++) {
    const value = { [text()]: text(), list: [text(), [text()], { [text()]: `${text()} ${'w '.repeat(random(60))}` }] };
    const written = toYAML(value);
    const read = await parseYAML(written).catch((error: unknown) => String(error));
    if (JSON.stringify(read) !== JSON.stringify(await parseYAML(JSON.stringify(value)))) t.same(read, value, written);
  }
});
