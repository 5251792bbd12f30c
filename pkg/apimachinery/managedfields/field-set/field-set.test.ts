import t from 'tap';
import { newFieldSet, newFieldSetOfNames, unionAllFieldSets } from './field-set-builder.ts';
import {
  countPaths,
  emptyFieldSet,
  type FieldSet,
  hasPath,
  intersectFieldSets,
  subtractFieldSet,
  subtractFieldTrees,
  unionFieldSets,
} from './field-set.ts';
import { parseFieldsV1, toFieldsV1 } from './fields-v1.ts';
import { compareJSON, toCanonicalJSON } from './json-order.ts';
import { leavesOf, listPaths } from './list-paths.ts';
import { ManagedFieldsError } from './managed-fields-error.ts';
import { parsePathElement, type PathElement, printPath, printPathElement, toFieldName } from './path-element.ts';
import { sortPathElements } from './sort-elements.ts';

const parse = (text: string): FieldSet => parseFieldsV1(JSON.parse(text));
const print = (set: FieldSet): string => JSON.stringify(toFieldsV1(set));

t.test('a set is written as upstream writes it', (t) => {
  const cases: [string, string][] = [
    ['{}', '{}'],
    ['{"f:data":{"f:b":{},"f:a":{},".":{}}}', '{"f:data":{".":{},"f:a":{},"f:b":{}}}'],
    [
      '{"f:metadata":{"f:finalizers":{"v:\\"example.com/f\\"":{},".":{}}}}',
      '{"f:metadata":{"f:finalizers":{".":{},"v:\\"example.com/f\\"":{}}}}',
    ],
    // Ports in the order of numbers, not of text; strings after numbers; indices last.
    [
      '{"i:10":{},"i:9":{},"v:true":{},"v:2":{},"v:10":{},"k:{\\"port\\":443}":{},"k:{\\"port\\":80}":{},"f:b":{},"f:B":{}}',
      '{"f:B":{},"f:b":{},"k:{\\"port\\":80}":{},"k:{\\"port\\":443}":{},"v:2":{},"v:10":{},"v:true":{},"i:9":{},"i:10":{}}',
    ],
    // Keys in any spelling and order are the same item.
    [
      '{"k:{\\"protocol\\": \\"TCP\\", \\"port\\":80}":{"f:a":{}},"k:{\\"port\\":80,\\"protocol\\":\\"TCP\\"}":{"f:b":{}}}',
      '{"k:{\\"port\\":80,\\"protocol\\":\\"TCP\\"}":{"f:a":{},"f:b":{}}}',
    ],
    // Kinds of steps that nobody knows yet are dropped with all below them; a node that is left with nothing is nothing.
    ['{"x:new":{"f:a":{}},"f:a":{"y:new":{}},"f:b":{}}', '{"f:b":{}}'],
    ['{"f:a":{".":{}},"f:b":null}', '{"f:a":{},"f:b":{}}'],
    ['{"f:":{},"f:a.b/c":{},"f:f:x":{}}', '{"f:":{},"f:a.b/c":{},"f:f:x":{}}'],
    ['{"i:+3":{}}', '{"i:3":{}}'],
    ['{"f:__proto__":{"f:x":{}},"f:constructor":{}}', '{"f:__proto__":{"f:x":{}},"f:constructor":{}}'],
  ];
  for (const [given, expected] of cases) t.equal(print(parse(given)), expected, given);
  t.equal(print(parseFieldsV1(undefined)), '{}');
  t.end();
});

t.test('what is no set is refused', (t) => {
  const bad = [
    '[]',
    '"x"',
    '{"f:a":[]}',
    '{"f:a":1}',
    '{"f":{}}',
    '{"":{}}',
    '{"abc":{}}',
    '{"k:":{}}',
    '{"k:[]":{}}',
    '{"k:{":{}}',
    '{"v:x":{}}',
    '{"i:1.5":{}}',
    '{"i:":{}}',
    JSON.stringify({ [`v:${'['.repeat(100_000)}${']'.repeat(100_000)}`]: {} }),
  ];
  for (const text of bad) t.throws(() => parse(text), ManagedFieldsError, text.slice(0, 40));
  t.end();
});

t.test('sets are joined, intersected and subtracted', (t) => {
  const a = parse('{"f:a":{".":{},"f:x":{},"f:y":{}},"f:b":{"f:z":{}},"f:c":{}}');
  const b = parse('{"f:a":{"f:x":{},"f:w":{}},"f:b":{".":{}},"f:c":{"f:d":{}}}');
  t.equal(
    print(unionFieldSets(a, b)),
    '{"f:a":{".":{},"f:w":{},"f:x":{},"f:y":{}},"f:b":{".":{},"f:z":{}},"f:c":{".":{},"f:d":{}}}',
  );
  t.same(toFieldsV1(unionAllFieldSets([a, b, emptyFieldSet])), toFieldsV1(unionFieldSets(b, a)));
  t.equal(print(intersectFieldSets(a, b)), '{"f:a":{"f:x":{}}}');
  t.equal(print(subtractFieldSet(a, b)), '{"f:a":{".":{},"f:y":{}},"f:b":{"f:z":{}},"f:c":{}}');
  t.equal(print(subtractFieldSet(b, a)), '{"f:a":{"f:w":{}},"f:b":{},"f:c":{"f:d":{}}}');
  t.equal(print(subtractFieldTrees(a, b)), '{"f:a":{".":{},"f:y":{}},"f:c":{}}', 'nothing stays below a member');
  t.equal(print(subtractFieldTrees(b, parse('{"f:a":{},"f:c":{"f:d":{}}}'))), '{"f:b":{}}');
  t.equal(unionFieldSets(a, emptyFieldSet), a);
  t.equal(unionFieldSets(emptyFieldSet, a), a);
  t.equal(subtractFieldSet(a, emptyFieldSet), a);
  t.equal(print(subtractFieldSet(a, a)), '{}');
  t.equal(print(intersectFieldSets(a, a)), print(a));
  t.equal(print(leavesOf(a)), '{"f:a":{"f:x":{},"f:y":{}},"f:b":{"f:z":{}},"f:c":{}}');
  t.end();
});

t.test('a set knows its paths', (t) => {
  const paths: PathElement[][] = [['f:spec', 'k:{"port":80}', 'f:name'], ['f:spec', 'k:{"port":80}'], ['f:kind'], []];
  const set = newFieldSet(paths);
  t.equal(print(set), '{"f:kind":{},"f:spec":{"k:{\\"port\\":80}":{".":{},"f:name":{}}}}');
  t.ok(hasPath(set, ['f:spec', 'k:{"port":80}']));
  t.notOk(hasPath(set, ['f:spec']));
  t.notOk(hasPath(set, ['f:spec', 'f:x', 'f:y']));
  t.notOk(hasPath(set, []));
  t.equal(countPaths(set), 3);
  t.equal(
    print(newFieldSetOfNames([['status'], ['metadata', 'labels']])),
    '{"f:metadata":{"f:labels":{}},"f:status":{}}',
  );
  // At each level first the members, then what is below them.
  const listed = [...listPaths(parse('{"f:b":{"f:z":{},"f:y":{}},"f:a":{".":{},"f:x":{}},"f:c":{}}'))];
  t.same(listed.map(printPath), ['.a', '.c', '.a.x', '.b.y', '.b.z']);
  t.end();
});

t.test('paths are printed as conflicts name them', (t) => {
  const cases: [PathElement[], string][] = [
    [['f:spec', 'f:replicas'], '.spec.replicas'],
    [['f:spec', 'f:containers', 'k:{"name":"nginx"}', 'f:image'], '.spec.containers[name="nginx"].image'],
    [['f:spec', 'f:ports', 'k:{"containerPort":80,"protocol":"TCP"}'], '.spec.ports[containerPort=80,protocol="TCP"]'],
    [['f:metadata', 'f:finalizers', 'v:"x\\n"'], '.metadata.finalizers[="x\\n"]'],
    [['i:0'], '[0]'],
    [['v:true', 'v:null', 'v:1.5'], '[=true][=null][=1.5]'],
    [['k:{"a":{"c":[1,"x"],"b":null}}'], '[a={b=null;c=[1,"x"]}]'],
  ];
  for (const [path, expected] of cases) t.equal(printPath(path), expected);
  t.equal(printPathElement('k:{"10":1,"9":2}'), '[10=1,9=2]', 'names in byte order, whatever they look like');
  t.equal(toFieldName('f:a'), 'a');
  t.equal(toFieldName('i:0'), undefined);
  t.equal(parsePathElement('z:1'), undefined);
  t.end();
});

t.test('steps and values are in upstream order', (t) => {
  t.same(sortPathElements(['f:b', 'f:\u{1F600}', 'f:\uFFFD', 'f:a']), ['f:a', 'f:b', 'f:\uFFFD', 'f:\u{1F600}']);
  const values = [
    -1,
    0,
    1.5,
    10,
    '',
    'a',
    'b',
    false,
    true,
    [],
    [1],
    [1, 2],
    [2],
    {},
    { a: 1 },
    { a: 2 },
    { b: 0 },
    null,
  ];
  t.same(values.toReversed().toSorted(compareJSON), values);
  t.equal(compareJSON({ a: 1, b: 2 }, { b: 2, a: 1 }), 0);
  t.equal(toCanonicalJSON({ b: [1, { d: null, c: 'x' }], a: -0, u: undefined }), '{"a":0,"b":[1,{"c":"x","d":null}]}');
  t.end();
});
