import t from 'tap';
import { decodeYAML, parseYAML } from './parse.ts';
import { maxYAMLDepth } from './read-node.ts';

const decode = (text: string) => decodeYAML(Buffer.from(text));

t.test('YAML is read by the rules of YAML 1.1, as upstream has them', async (t) => {
  const cases: [string, unknown][] = [
    ['', null],
    ['# nothing\n', null],
    ['a: y\nb: Yes\nc: on\nd: n\ne: off\nf: NO\n', { a: true, b: true, c: true, d: false, e: false, f: false }],
    ['a: "y"\nb: \'on\'\nc: yess\n', { a: 'y', b: 'on', c: 'yess' }],
    ['y: 1\n12: 2\n1.5: 3\n0x10: 4\n', { true: 1, 12: 2, '1.5': 3, 16: 4 }],
    ['a: ~\nb: null\nc:\nd: Null\n', { a: null, b: null, c: null, d: null }],
    [
      'a: 017\nb: 0o17\nc: 0x1F\nd: 0b11\ne: 1_000\nf: -5\ng: +5\nh: 08\n',
      { a: 15, b: 15, c: 31, d: 3, e: 1000, f: -5, g: 5, h: 8 },
    ],
    ['a: 1e3\nb: .5\nc: 1.\nd: -1.5E-1\n', { a: 1000, b: 0.5, c: 1, d: -0.15 }],
    ['a: 2026-11-21T10:02:39Z\nb: 2020-01-01\nc: 22:22\n', { a: '2026-11-21T10:02:39Z', b: '2020-01-01', c: '22:22' }],
    ['a: !!str 12\nb: !!binary aGVsbG8=\nc: !foo x\n', { a: '12', b: 'hello', c: 'x' }],
    ['a: |\n  x\n  y\nb: >-\n  x\n  y\n', { a: 'x\ny\n', b: 'x y' }],
    ['a:\n- 1\n- - x\n  - z\nb: [1, {c: d}]\n', { a: [1, ['x', 'z']], b: [1, { c: 'd' }] }],
    ['a: &x {k: [1]}\nb: *x\n', { a: { k: [1] }, b: { k: [1] } }],
    ['a: &x 1\nb: &x 2\nc: *x\n', { a: 1, b: 2, c: 2 }],
    ['base: &x {k: 1, l: 2}\na:\n  <<: *x\n  k: 3\n', { base: { k: 1, l: 2 }, a: { k: 3, l: 2 } }],
    ['a: {<<: [{k: 1}, {k: 2, l: 3}]}\n', { a: { k: 1, l: 3 } }],
    ['a: 1\n---\nb: 2\n', { a: 1 }],
    ['{"a": 1, "b": [true, null], "c": "y"}', { a: 1, b: [true, null], c: 'y' }],
    ['{"a": y}', { a: true }],
  ];
  for (const [text, expected] of cases)
    t.same(await decode(text), { value: expected, duplicates: [] }, JSON.stringify(text));
});

t.test('aliases are copies', async (t) => {
  const { value } = await decode('a: &x {k: 1}\nb: *x\n');
  const { a, b } = value as { a: { k: number }; b: { k: number } };
  a.k = 2;
  t.equal(b.k, 1);
});

t.test('keys that appear twice are reported with their line', async (t) => {
  const text = 'a: 1\nb:\n  "c": 1\n  c: 2\na: 3\n';
  t.same(await decode(text), {
    value: { a: 3, b: { c: 2 } },
    duplicates: ['line 4: key "c" already set in map', 'line 5: key "a" already set in map'],
  });
  await t.rejects(parseYAML(text), {
    name: 'YAMLSyntaxError',
    message: 'yaml: unmarshal errors:\n  line 4: key "c" already set in map\n  line 5: key "a" already set in map',
  });
  t.same((await decode('{"a": 1,\n"a": 2}')).duplicates, ['line 2: key "a" already set in map']);
  t.same(await parseYAML('a: 1\n'), { a: 1 });
});

t.test('what is not YAML is refused in the words of libyaml', async (t) => {
  const cases: [string, string][] = [
    ['a: [\n', 'yaml: line 1: did not find expected node content'],
    ['a: b: c\n', 'yaml: mapping values are not allowed in this context'],
    ['x: 1\na: b: c\n', 'yaml: line 2: mapping values are not allowed in this context'],
    ['x: 1\na: "b\n', 'yaml: line 3: found unexpected end of stream'],
    ['x: 1\n\ta: 1\n', 'yaml: line 2: found character that cannot start any token'],
    ['x: 1\na: @b\n', 'yaml: line 2: found character that cannot start any token'],
    ['{a: 1', "yaml: did not find expected ',' or '}'"],
    ['a:\n  - b\n c: 1\n', 'yaml: line 2: did not find expected key'],
    ['x\ny: 1', "yaml: could not find expected ':'"],
    ['a: *x\n', "yaml: unknown anchor 'x' referenced"],
    ['a: &x [*x]\n', "yaml: anchor 'x' value contains itself"],
    ['a: {<<: 1}\n', 'yaml: map merge requires map or sequence of maps as the value'],
    ['? {a: b}\n: c\n', 'yaml: unsupported map key of type: map'],
    ['null: 1\n', 'yaml: unsupported map key of type: nil'],
    ['a: 9007199254740993\n', 'yaml: number 9007199254740993 cannot be represented exactly in JSON'],
    ['a: .inf\n', 'yaml: number .inf cannot be represented exactly in JSON'],
    ['['.repeat(5000), 'yaml: exceeded max depth'],
    ['{"a": 12345678901234567890}', 'yaml: number 12345678901234567890 cannot be represented exactly in JSON'],
  ];
  for (const [text, message] of cases) {
    await t.rejects(decode(text), { name: 'YAMLSyntaxError', message }, JSON.stringify(text.slice(0, 30)));
  }
  await t.rejects(decodeYAML(Uint8Array.of(0x61, 0xff)), { message: 'yaml: invalid leading UTF-8 octet' });
});

t.test('a line full of faults is refused soon', async (t) => {
  const { user } = process.cpuUsage();
  await t.rejects(decode('!a '.repeat(30_000)), { message: 'yaml: a node can have at most one tag' });
  t.ok(process.cpuUsage().user - user < 1_000_000, 'without a copy of the line for each fault');
});

t.test('a document that explodes is refused soon', async (t) => {
  const level = (index: number) =>
    `a${index}: &a${index} [${Array.from({ length: 9 }, () => `*a${index - 1}`).join(',')}]\n`;
  const bomb = `a0: &a0 [x]\n${Array.from({ length: 12 }, (_, index) => level(index + 1)).join('')}`;
  const started = performance.now();
  await t.rejects(decode(bomb), { message: 'yaml: document contains excessive aliasing' });
  const long = `a: &a ${'x'.repeat(100_000)}\nb: [${Array.from({ length: 50 }, () => '*a').join(',')}]\n`;
  await t.rejects(decode(long), { message: 'yaml: document contains excessive aliasing' });
  t.ok(performance.now() - started < 20_000);
});

t.test('a document may have so many levels in whatever form, and nothing below them is read', async (t) => {
  const flow = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}\n`;
  const block = (depth: number): string => `${'- '.repeat(depth)}x\n`;
  for (const form of [flow, block]) {
    await t.resolves(decode(form(maxYAMLDepth)));
    await t.rejects(decode(form(maxYAMLDepth + 1)), { message: 'yaml: exceeded max depth' });
  }
  const faults = '}'.repeat(1000);
  await t.rejects(decode(`a: ${'['.repeat(200_000)}${faults}`), { message: 'yaml: exceeded max depth' });
  await t.rejects(decode('? '.repeat(200_000)), { message: 'yaml: exceeded max depth' });
});

t.test('members called __proto__ are data', async (t) => {
  for (const text of [
    '__proto__: {polluted: true}\n',
    '{"__proto__": {"polluted": true}}',
    'a: &x {__proto__: {polluted: true}}\n<<: *x\n',
  ]) {
    const { value } = await decode(text);
    t.ok(Object.hasOwn(value as object, '__proto__'), text);
    t.equal((value as Record<string, unknown>)['polluted'], undefined);
  }
});
