import t from 'tap';
import { deepFreeze } from '../../runtime/json.ts';
import type { Schema } from '../../schema/schema.ts';
import type { FieldSet } from '../field-set/field-set.ts';
import { parseFieldsV1, toFieldsV1 } from '../field-set/fields-v1.ts';
import { compareValues } from './compare-values.ts';
import { compileType, newObjectType } from './compile-type.ts';
import { deducedType } from './deduced-type.ts';
import type { FieldType } from './field-type.ts';
import { mergeValues } from './merge-values.ts';
import { withNamedMembers } from './named-members.ts';
import { reconcileFieldSet } from './reconcile-field-set.ts';
import { removeItems } from './remove-items.ts';
import { toFieldSet } from './to-field-set.ts';
import { findTypeFaults, toFaultsText } from './validate-value.ts';

const string: Schema = { type: 'string' };
const specSchema: Schema = {
  type: 'object',
  properties: {
    name: string,
    replicas: { type: 'integer' },
    weight: { type: 'number' },
    paused: { type: 'boolean' },
    since: { type: 'string', format: 'date-time' },
    bundle: { type: 'string', format: 'byte' },
    target: { 'x-kubernetes-int-or-string': true },
    ports: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['protocol', 'port'],
      items: {
        type: 'object',
        properties: {
          name: string,
          port: { type: 'integer' },
          protocol: { type: 'string', default: 'TCP' },
          extra: { type: 'object', properties: { a: string, b: string } },
        },
      },
    },
    env: {
      type: 'array',
      'x-kubernetes-patch-strategy': 'merge,retainKeys',
      'x-kubernetes-patch-merge-key': 'name',
      items: { type: 'object', properties: { name: string, value: string } },
    },
    args: { type: 'array', items: string },
    zones: { type: 'array', 'x-kubernetes-list-type': 'set', items: string },
    owners: { type: 'array', 'x-kubernetes-patch-strategy': 'merge', items: string },
    steps: { type: 'array', 'x-kubernetes-patch-strategy': 'retainKeys', items: string },
    selector: { type: 'object', 'x-kubernetes-map-type': 'atomic', additionalProperties: string },
    labels: { type: 'object', additionalProperties: string },
    nested: { type: 'object', properties: { a: string, b: string } },
    free: {
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
      properties: { known: { type: 'object', properties: { x: string } } },
    },
    closed: { type: 'object', additionalProperties: false, properties: { a: string } },
    open: { type: 'object', additionalProperties: true, properties: { a: string } },
    any: {},
    template: { type: 'object', properties: { metadata: { $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' } } },
  },
};
const spec = compileType(specSchema);

const print = (set: FieldSet): string => JSON.stringify(toFieldsV1(set));
const parse = (text: string): FieldSet => parseFieldsV1(JSON.parse(text));
const faultsOf = (value: unknown, type: FieldType = spec) =>
  toFaultsText(findTypeFaults(value, type, { allowDuplicates: false }));

t.test('what does not fit its type is told in upstream words', (t) => {
  const cases: [unknown, string][] = [
    [{ nope: 1 }, '.nope: field not declared in schema'],
    [
      { nested: { c: 1 }, closed: { b: 1 } },
      'errors:\n  .nested.c: field not declared in schema\n  .closed.b: field not declared in schema',
    ],
    [{ nope: 1, more: 2 }, '.nope: field not declared in schema'],
    [{ replicas: 'x' }, '.replicas: expected numeric (int or float), got string'],
    [{ replicas: true }, '.replicas: expected numeric (int or float), got bool'],
    [{ replicas: { a: 1 } }, '.replicas: expected numeric (int or float), got map[string]interface {}'],
    [{ weight: [1] }, '.weight: expected numeric (int or float), got []interface {}'],
    [{ name: 1 }, '.name: expected string, got &value.valueUnstructured{Value:1}'],
    [{ name: 1_500_000 }, '.name: expected string, got &value.valueUnstructured{Value:1.5e+06}'],
    [{ name: 0.00001 }, '.name: expected string, got &value.valueUnstructured{Value:1e-05}'],
    [
      { name: { b: [1, 'x', null], a: true } },
      '.name: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"a":true, "b":[]interface {}{1, "x", interface {}(nil)}}}',
    ],
    [{ bundle: false }, '.bundle: expected string, got &value.valueUnstructured{Value:false}'],
    [{ paused: 'yes' }, '.paused: expected boolean, got &{yes}'],
    [{ since: [] }, '.since: expected any scalar, got &{[]}'],
    [{ since: 5, target: 'http' }, ''],
    [{ args: 'x' }, '.args: expected list, got &{x}'],
    [{ args: { b: 1, a: [1, null] } }, '.args: expected list, got &{map[a:[1 <nil>] b:1]}'],
    [{ args: ['a', 1] }, '.args[1]: expected string, got &value.valueUnstructured{Value:1}'],
    [{ nested: 'x' }, '.nested: expected map, got &{x}'],
    [{ labels: [1] }, '.labels: expected map, got &{[1]}'],
    [{ labels: { a: 1 } }, '.labels.a: expected string, got &value.valueUnstructured{Value:1}'],
    [
      { ports: [{ port: 80 }, { port: 80, protocol: 'TCP' }] },
      '.ports: duplicate entries for key [port=80,protocol="TCP"]',
    ],
    [
      { ports: [{ port: 80, name: 1 }] },
      '.ports[port=80,protocol="TCP"].name: expected string, got &value.valueUnstructured{Value:1}',
    ],
    [{ ports: [null] }, '.ports: element 0: associative list with keys may not have a null element'],
    [{ ports: [{ port: 1 }, 'x'] }, '.ports: element 1: associative list with keys may not have non-map elements'],
    [
      { env: [{ value: 'x' }] },
      '.env: element 0: associative list with keys has an element that omits all key fields ["name"] (and doesn\'t have default values for any key fields)',
    ],
    [{ zones: ['a', 'a'] }, '.zones: duplicate entries for key [="a"]'],
    [{ zones: [{}] }, ".zones: element 0: associative list without keys has an element that's a map type"],
    [{ zones: [[]] }, '.zones: element 0: not supported: associative list with lists as elements'],
    [{ zones: [null] }, ".zones: element 0: associative list without keys has an element that's an explicit null"],
    [{ free: { x: [1, { y: null }], known: { x: '1' } }, open: { b: 1 }, any: 5 }, ''],
    [
      { template: { metadata: { labels: { a: 1 } } } },
      '.template.metadata.labels.a: expected string, got &value.valueUnstructured{Value:1}',
    ],
    // Null fits everything.
    [{ name: null, ports: null, labels: null, nested: null, args: [null], replicas: null }, ''],
  ];
  for (const [value, expected] of cases) {
    const found = faultsOf(value);
    t.equal(found === 'errors:' ? '' : found, expected, JSON.stringify(value));
  }
  const stored = { ports: [{ port: 80 }, { port: 80 }], zones: ['a', 'a'] };
  t.same(findTypeFaults(stored, spec, { allowDuplicates: true }), [], 'stored objects may hold duplicates');
  t.equal(faultsOf('x', newObjectType(specSchema)), 'expected map, got &{x}');
  t.end();
});

t.test('the fields of a value are those that can be owned', (t) => {
  const cases: [unknown, string][] = [
    [{ name: 'x', replicas: 0, paused: false }, '{"f:name":{},"f:paused":{},"f:replicas":{}}'],
    [{ args: ['a'], steps: ['a'], selector: { a: 'b' } }, '{"f:args":{},"f:selector":{},"f:steps":{}}'],
    [{ args: [], selector: {} }, '{"f:args":{},"f:selector":{}}'],
    [{ labels: { b: '1', a: '2' } }, '{"f:labels":{"f:a":{},"f:b":{}}}'],
    [{ labels: {}, nested: {}, ports: [], zones: [] }, '{"f:labels":{},"f:nested":{}}'],
    [{ labels: null, ports: null, name: null }, '{"f:labels":{},"f:name":{},"f:ports":{}}'],
    [
      {
        ports: [
          { port: 443, name: 'a', extra: { a: 'x' } },
          { port: 80, protocol: 'UDP' },
        ],
      },
      '{"f:ports":{"k:{\\"port\\":80,\\"protocol\\":\\"UDP\\"}":{".":{},"f:port":{},"f:protocol":{}},"k:{\\"port\\":443,\\"protocol\\":\\"TCP\\"}":{".":{},"f:extra":{"f:a":{}},"f:name":{},"f:port":{}}}}',
    ],
    [{ zones: ['b', 'a'], owners: ['o'] }, '{"f:owners":{"v:\\"o\\"":{}},"f:zones":{"v:\\"a\\"":{},"v:\\"b\\"":{}}}'],
    [
      {
        ports: [
          { port: 1, name: 'a' },
          { port: 1, name: 'b' },
        ],
      },
      '{"f:ports":{"k:{\\"port\\":1,\\"protocol\\":\\"TCP\\"}":{}}}',
    ],
    // What is not declared is owned by itself.
    [
      { free: { a: { b: [1], c: {} }, known: { x: '1' } } },
      '{"f:free":{"f:a":{".":{},"f:b":{},"f:c":{}},"f:known":{"f:x":{}}}}',
    ],
    [
      { open: { a: '1', z: { q: 1 } }, any: { x: 1 } },
      '{"f:any":{"f:x":{}},"f:open":{"f:a":{},"f:z":{".":{},"f:q":{}}}}',
    ],
    [{ any: 5 }, '{"f:any":{}}'],
    [{ any: [{ a: 1 }] }, '{"f:any":{}}'],
    [{ nested: { a: undefined } }, '{}'],
    [
      {
        template: {
          metadata: {
            name: 'x',
            labels: { a: 'b' },
            finalizers: ['f'],
            ownerReferences: [{ uid: 'u', name: 'n' }],
            managedFields: [{ manager: 'm' }],
          },
        },
      },
      '{"f:template":{"f:metadata":{"f:finalizers":{"v:\\"f\\"":{}},"f:labels":{"f:a":{}},"f:managedFields":{},"f:name":{},"f:ownerReferences":{"k:{\\"uid\\":\\"u\\"}":{}}}}}',
    ],
  ];
  for (const [value, expected] of cases) t.equal(print(toFieldSet(value, spec)), expected, JSON.stringify(value));
  t.throws(() => toFieldSet({ ports: [1] }, spec), { name: 'TypedValueError' });
  t.end();
});

t.test('values are compared field by field', (t) => {
  const port = (n: number, more = {}) => ({ port: n, ...more });
  const key = (n: number) => `"k:{\\"port\\":${n},\\"protocol\\":\\"TCP\\"}"`;
  const cases: { from: unknown; to: unknown; added?: string; modified?: string; removed?: string }[] = [
    { from: { name: 'a' }, to: { name: 'a' } },
    { from: { name: 'a' }, to: { name: 'b' }, modified: '{"f:name":{}}' },
    { from: {}, to: { name: 'b' }, added: '{"f:name":{}}' },
    { from: { name: 'a', replicas: 1 }, to: { replicas: 1 }, removed: '{"f:name":{}}' },
    // Null is a value, absence is none.
    { from: { name: 'a' }, to: { name: null }, modified: '{"f:name":{}}' },
    { from: { name: null }, to: {}, removed: '{"f:name":{}}' },
    { from: {}, to: { labels: { a: '1' } }, added: '{"f:labels":{".":{},"f:a":{}}}' },
    {
      from: { labels: { a: '1' } },
      to: { labels: { b: '1' } },
      added: '{"f:labels":{"f:b":{}}}',
      removed: '{"f:labels":{"f:a":{}}}',
    },
    { from: { labels: { a: '1' } }, to: {}, removed: '{"f:labels":{".":{},"f:a":{}}}' },
    { from: { labels: {} }, to: { labels: null }, modified: '{"f:labels":{}}' },
    { from: { labels: {} }, to: { labels: { a: '1' } }, added: '{"f:labels":{"f:a":{}}}' },
    { from: {}, to: { labels: {} }, added: '{"f:labels":{}}' },
    { from: { args: ['a'] }, to: { args: ['b'] }, modified: '{"f:args":{}}' },
    { from: { selector: { a: '1' } }, to: { selector: { a: '1', b: '2' } }, modified: '{"f:selector":{}}' },
    { from: { selector: { a: '1', b: '2' } }, to: { selector: { b: '2', a: '1' } } },
    { from: { zones: ['a', 'b'] }, to: { zones: ['b', 'c', 'a'] }, added: '{"f:zones":{"v:\\"c\\"":{}}}' },
    { from: { zones: ['a'] }, to: { zones: [] }, removed: '{"f:zones":{"v:\\"a\\"":{}}}' },
    { from: { zones: [] }, to: { zones: null }, modified: '{"f:zones":{}}' },
    { from: { ports: [port(1), port(2)] }, to: { ports: [port(2), port(1)] } },
    {
      from: { ports: [port(1, { name: 'a' })] },
      to: { ports: [port(1, { name: 'b' }), port(2)] },
      added: `{"f:ports":{${key(2)}:{".":{},"f:port":{}}}}`,
      modified: `{"f:ports":{${key(1)}:{"f:name":{}}}}`,
    },
    // A default that is written out is a change of that field only.
    {
      from: { ports: [port(1)] },
      to: { ports: [port(1, { protocol: 'TCP' })] },
      added: `{"f:ports":{${key(1)}:{"f:protocol":{}}}}`,
    },
    // Items with the same keys are one thing.
    { from: { ports: [port(1), port(1)] }, to: { ports: [port(1), port(1)] } },
    {
      from: { ports: [port(1), port(1)] },
      to: { ports: [port(1), port(1, { name: 'x' })] },
      modified: `{"f:ports":{${key(1)}:{}}}`,
    },
    {
      from: { ports: [port(1), port(1)] },
      to: { ports: [port(1)] },
      added: `{"f:ports":{${key(1)}:{".":{},"f:port":{}}}}`,
      removed: `{"f:ports":{${key(1)}:{}}}`,
    },
    {
      from: { ports: [port(1)] },
      to: { ports: [port(1), port(1)] },
      added: `{"f:ports":{${key(1)}:{}}}`,
      removed: `{"f:ports":{${key(1)}:{".":{},"f:port":{}}}}`,
    },
    { from: { ports: [port(1), port(1)] }, to: { ports: [] }, removed: `{"f:ports":{${key(1)}:{}}}` },
    // What may have any shape may change it.
    { from: { any: 'x' }, to: { any: { a: 1 } }, added: '{"f:any":{"f:a":{}}}', modified: '{"f:any":{}}' },
    { from: { any: { a: 1 } }, to: { any: 'x' }, removed: '{"f:any":{"f:a":{}}}', modified: '{"f:any":{}}' },
    { from: { any: [1] }, to: { any: [2] }, modified: '{"f:any":{}}' },
    { from: { any: null }, to: { any: 1 }, modified: '{"f:any":{}}' },
    { from: { any: null }, to: { any: { a: 1 } }, added: '{"f:any":{"f:a":{}}}' },
    { from: {}, to: { any: { a: { b: 1 } } }, added: '{"f:any":{".":{},"f:a":{".":{},"f:b":{}}}}' },
  ];
  for (const { from, to, added = '{}', modified = '{}', removed = '{}' } of cases) {
    const what = `${JSON.stringify(from)} to ${JSON.stringify(to)}`;
    const found = compareValues(deepFreeze(from), deepFreeze(to), spec);
    t.equal(print(found.added), added, `${what}: added`);
    t.equal(print(found.modified), modified, `${what}: modified`);
    t.equal(print(found.removed), removed, `${what}: removed`);
  }
  t.end();
});

t.test('a config is merged into a value', (t) => {
  const ports = (...numbers: number[]) => ({ ports: numbers.map((n) => ({ port: n })) });
  const cases: [unknown, unknown, unknown][] = [
    [{ name: 'a', replicas: 1 }, { name: 'b' }, { name: 'b', replicas: 1 }],
    [{ name: 'a' }, { name: null }, { name: null }],
    [{ args: ['a', 'b'] }, { args: ['c'] }, { args: ['c'] }],
    [{ selector: { a: '1' } }, { selector: { b: '2' } }, { selector: { b: '2' } }],
    [{ labels: { a: '1', b: '2' } }, { labels: { b: '3', c: '4' } }, { labels: { a: '1', b: '3', c: '4' } }],
    [{ labels: { a: '1' } }, { labels: {} }, { labels: { a: '1' } }],
    [{ labels: { a: '1' } }, { labels: null }, { labels: { a: '1' } }],
    [{ labels: {} }, { labels: null }, { labels: null }],
    [{ labels: null }, { labels: {} }, { labels: {} }],
    [{ labels: null }, { labels: { a: '1' } }, { labels: { a: '1' } }],
    [{ zones: null }, { zones: [] }, { zones: [] }],
    [{ zones: ['a'] }, { zones: [] }, { zones: ['a'] }],
    [{}, { nested: { a: 'x' } }, { nested: { a: 'x' } }],
    [
      { ports: [{ port: 1, name: 'a', extra: { a: '1' } }] },
      { ports: [{ port: 1, protocol: 'TCP', extra: { b: '2' } }, { port: 2 }] },
      { ports: [{ port: 1, name: 'a', extra: { a: '1', b: '2' }, protocol: 'TCP' }, { port: 2 }] },
    ],
    // Order: the config's, with what only the object has in its place among what both have.
    [ports(1, 2, 3), ports(3, 1), ports(2, 3, 1)],
    [ports(1, 2, 3), ports(4, 2), ports(1, 4, 2, 3)],
    [ports(1, 2), ports(3, 4), ports(1, 2, 3, 4)],
    [ports(1, 2, 3), ports(3, 2, 1), ports(3, 2, 1)],
    [ports(1, 5, 2), ports(2, 1, 9), ports(5, 2, 1, 9)],
    [{ zones: ['c', 'a', 'x'] }, { zones: ['a', 'b', 'c'] }, { zones: ['a', 'x', 'b', 'c'] }],
    // Stored duplicates stay until somebody applies that item.
    [
      {
        ports: [
          { port: 1, name: 'a' },
          { port: 1, name: 'b' },
        ],
      },
      ports(2),
      { ports: [{ port: 1, name: 'a' }, { port: 1, name: 'b' }, { port: 2 }] },
    ],
    [{ ports: [{ port: 1, name: 'a' }, { port: 1, name: 'b' }, { port: 3 }] }, ports(1, 4), ports(1, 4, 3)],
    [{ free: { a: { b: 1 }, l: [1] } }, { free: { a: { c: 2 }, l: [2] } }, { free: { a: { b: 1, c: 2 }, l: [2] } }],
    [{ any: 'x' }, { any: { a: 1 } }, { any: { a: 1 } }],
    [{ any: { a: 1 } }, { any: [1] }, { any: [1] }],
    [{ any: { a: 1 } }, { any: null }, { any: { a: 1 } }],
  ];
  for (const [live, config, expected] of cases) {
    const what = `${JSON.stringify(live)} + ${JSON.stringify(config)}`;
    t.strictSame(mergeValues(deepFreeze(live), deepFreeze(config), spec), expected, what);
  }
  const merged = mergeValues({ any: { a: 1 } }, { any: JSON.parse('{"__proto__":{"polluted":1}}') }, spec);
  t.equal(JSON.stringify(merged), '{"any":{"a":1,"__proto__":{"polluted":1}}}');
  t.end();
});

t.test('fields are removed from a value', (t) => {
  const cases: [unknown, string, unknown][] = [
    [{ name: 'a', replicas: 1 }, '{"f:name":{}}', { replicas: 1 }],
    [{ name: 'a' }, '{"f:name":{}}', null],
    [{ labels: { a: '1', b: '2' } }, '{"f:labels":{"f:a":{}}}', { labels: { b: '2' } }],
    [{ labels: { a: '1' } }, '{"f:labels":{"f:a":{}}}', { labels: null }],
    [{ zones: ['a', 'b'] }, '{"f:zones":{"v:\\"a\\"":{}}}', { zones: ['b'] }],
    [{ zones: ['a'] }, '{"f:zones":{"v:\\"a\\"":{}}}', { zones: null }],
    [
      { ports: [{ port: 1, name: 'a' }, { port: 2 }] },
      '{"f:ports":{"k:{\\"port\\":1,\\"protocol\\":\\"TCP\\"}":{"f:name":{}},"k:{\\"port\\":2,\\"protocol\\":\\"TCP\\"}":{}}}',
      { ports: [{ port: 1 }] },
    ],
    [{ args: ['a'], name: 'x' }, '{"f:args":{"i:0":{}}}', { args: null, name: 'x' }],
    [{ name: 'a' }, '{"f:name":{"f:x":{}}}', { name: 'a' }],
    [{ free: { a: { b: 1 }, c: 2 } }, '{"f:free":{"f:a":{}}}', { free: { c: 2 } }],
    [{ nested: null, zones: null }, '{"f:nested":{"f:a":{}},"f:zones":{"v:1":{}}}', { nested: null, zones: null }],
  ];
  for (const [value, fields, expected] of cases) {
    t.strictSame(removeItems(deepFreeze(value), spec, parse(fields)), expected, fields);
  }
  const value = { name: 'a' };
  t.equal(removeItems(value, spec, parse('{}')), value);
  t.end();
});

t.test('declared members on the way to a field go when nothing is left in them', (t) => {
  const cases: [string, string][] = [
    ['{"f:nested":{"f:a":{}}}', '{"f:nested":{".":{},"f:a":{}}}'],
    ['{"f:labels":{"f:a":{"f:b":{}}}}', '{"f:labels":{".":{},"f:a":{"f:b":{}}}}'],
    [
      '{"f:ports":{"k:{\\"port\\":1}":{"f:extra":{"f:a":{}}}}}',
      '{"f:ports":{".":{},"k:{\\"port\\":1}":{"f:extra":{".":{},"f:a":{}}}}}',
    ],
    ['{"f:unknown":{"f:a":{}}}', '{"f:unknown":{"f:a":{}}}'],
  ];
  for (const [given, expected] of cases) t.equal(print(withNamedMembers(parse(given), spec)), expected, given);
  t.end();
});

t.test('who owned parts of what has become atomic owns all of it', (t) => {
  const cases: [string, string][] = [
    ['{"f:selector":{"f:a":{}},"f:name":{}}', '{"f:name":{},"f:selector":{}}'],
    ['{"f:selector":{".":{},"f:a":{}}}', '{"f:selector":{}}'],
    ['{"f:args":{"i:0":{},"v:\\"x\\"":{}}}', '{"f:args":{}}'],
    ['{"f:ports":{"k:{\\"port\\":1}":{"f:name":{}}}}', '{"f:ports":{"k:{\\"port\\":1}":{"f:name":{}}}}'],
    // Granular now, or not known at all: left as it is.
    ['{"f:labels":{}}', '{"f:labels":{}}'],
    [
      '{"f:gone":{"f:a":{}},"f:any":{"f:b":{"f:c":{}}},"f:name":{"f:x":{}}}',
      '{"f:any":{"f:b":{"f:c":{}}},"f:gone":{"f:a":{}},"f:name":{"f:x":{}}}',
    ],
  ];
  for (const [given, expected] of cases) t.equal(print(reconcileFieldSet(parse(given), spec)), expected, given);
  const owners = '{"f:metadata":{"f:ownerReferences":{"k:{\\"uid\\":\\"u\\"}":{".":{},"f:name":{}}}}}';
  const whole = '{"f:metadata":{"f:ownerReferences":{"k:{\\"uid\\":\\"u\\"}":{}}}}';
  t.equal(print(reconcileFieldSet(parse(owners), newObjectType(specSchema))), whole);
  const unchanged = parse('{"f:name":{}}');
  t.equal(reconcileFieldSet(unchanged, spec), unchanged);
  t.end();
});

t.test('without a schema everything is deduced', (t) => {
  t.equal(newObjectType(undefined), deducedType);
  const value = { metadata: { finalizers: ['a'] }, spec: { a: { b: 1 }, l: [{ c: 1 }] } };
  t.equal(
    print(toFieldSet(value, deducedType)),
    '{"f:metadata":{".":{},"f:finalizers":{}},"f:spec":{".":{},"f:a":{".":{},"f:b":{}},"f:l":{}}}',
  );
  t.equal(faultsOf({ a: [null, 1, { b: 'x' }] }, deducedType), 'errors:');
  t.end();
});
