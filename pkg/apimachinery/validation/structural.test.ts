import t from 'tap';
import type { Schema } from '../schema/schema.ts';
import { toFieldErrorMessage } from './field-error.ts';
import { validateListTypes } from './list-types.ts';
import { newStructuralValidator } from './structural.ts';

const schema: Schema = {
  $id: 'com.example.v1.Widget',
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      required: ['name', 'constructor'],
      properties: {
        name: { type: 'string', minLength: 2, maxLength: 4, pattern: '^[a-z]+$' },
        constructor: { type: 'boolean' } as const,
        count: { type: 'integer', format: 'int32', minimum: 1, maximum: 5 },
        mode: { type: 'string', enum: ['x', 'y'], nullable: true },
        items: {
          type: 'array',
          minItems: 1,
          maxItems: 2,
          items: { type: 'object', properties: { b: { type: 'string' } } },
        },
        map: { type: 'object', additionalProperties: { type: 'string' } },
        time: { type: 'string', format: 'date-time' },
        port: { 'x-kubernetes-int-or-string': true },
        bytes: { type: 'string', format: 'byte' },
        many: { type: 'array', items: { type: 'string' } },
      },
    },
  },
};
const good = { name: 'abc', constructor: true };

t.test('faults of structure are told as custom resources tell them', async (t) => {
  const validator = newStructuralValidator();
  const cases: [unknown, string[]][] = [
    [{ spec: good, metadata: 5, unknown: 1 }, []],
    [{}, ['spec: Required value']],
    [{ spec: { name: 'abc' } }, ['spec.constructor: Required value']],
    [
      { spec: { ...good, name: 'a' } },
      ['spec.name: Invalid value: "a": spec.name in body should be at least 2 chars long'],
    ],
    [{ spec: { ...good, name: 'abcde' } }, ['spec.name: Too long: may not be more than 4 bytes']],
    [
      { spec: { ...good, name: 'A-1' } },
      [`spec.name: Invalid value: "A-1": spec.name in body should match '^[a-z]+$'`],
    ],
    [
      { spec: { ...good, name: 1 } },
      ['spec.name: Invalid value: "integer": spec.name in body must be of type string: "integer"'],
    ],
    [
      { spec: { ...good, name: null } },
      ['spec.name: Invalid value: "null": spec.name in body must be of type string: "null"'],
    ],
    [
      { spec: { ...good, count: 0 } },
      ['spec.count: Invalid value: 0: spec.count in body should be greater than or equal to 1'],
    ],
    [
      { spec: { ...good, count: 6 } },
      ['spec.count: Invalid value: 6: spec.count in body should be less than or equal to 5'],
    ],
    [
      { spec: { ...good, count: 1.5 } },
      ['spec.count: Invalid value: "number": spec.count in body must be of type integer: "number"'],
    ],
    [{ spec: { ...good, mode: null } }, []],
    [{ spec: { ...good, mode: 'z' } }, ['spec.mode: Unsupported value: "z": supported values: "x", "y"']],
    [
      { spec: { ...good, items: [] } },
      ['spec.items: Invalid value: 0: spec.items in body should have at least 1 items'],
    ],
    [{ spec: { ...good, items: [{}, {}, {}] } }, ['spec.items: Too many: 3: must have at most 2 items']],
    [
      { spec: { ...good, items: [{}, { b: [] }] } },
      ['spec.items[1].b: Invalid value: "array": spec.items[1].b in body must be of type string: "array"'],
    ],
    [
      { spec: { ...good, map: { 'a/b~c': 1 } } },
      ['spec.map.a/b~c: Invalid value: "integer": spec.map.a/b~c in body must be of type string: "integer"'],
    ],
    [{ spec: { ...good, time: '2026-11-21T10:02:39.5+01:00' } }, []],
    [
      { spec: { ...good, time: 'noon' } },
      ['spec.time: Invalid value: "noon": spec.time in body must be of type date-time: "noon"'],
    ],
    [{ spec: { ...good, port: 80, bytes: 'aGk=' } }, []],
    [
      { spec: { ...good, port: true } },
      ['spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"'],
    ],
    [
      { spec: { ...good, bytes: '*' } },
      ['spec.bytes: Invalid value: "*": spec.bytes in body must be of type byte: "*"'],
    ],
    [
      { spec: { count: {} } },
      [
        'spec.name: Required value',
        'spec.constructor: Required value',
        'spec.count: Invalid value: "object": spec.count in body must be of type integer: "object"',
      ],
    ],
  ];
  for (const [object, expected] of cases) {
    const errors = await validator.validate(object, schema);
    t.same(errors.map(toFieldErrorMessage), expected, JSON.stringify(object));
  }
});

t.test('a body of a million faults yields a hundred errors', async (t) => {
  const validator = newStructuralValidator();
  const object = { spec: { ...good, many: Array.from({ length: 1_000_000 }, () => 1) } };
  t.equal((await validator.validate(object, schema)).length, 100);
});

t.test('each schema is compiled by itself, also of the same name', async (t) => {
  const validator = newStructuralValidator();
  const other: Schema = { ...schema, required: [], properties: { spec: { type: 'string' } } };
  t.same(await validator.validate({ spec: 'x' }, other), []);
  t.equal((await validator.validate({ spec: 'x' }, schema)).length, 1);
  t.same(await validator.validate({ spec: 'x' }, other), []);
});

t.test('lists that are sets or maps hold nothing twice', (t) => {
  const lists: Schema = {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: {
          set: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
          ports: {
            type: 'array',
            items: { type: 'object', properties: { port: { type: 'integer' }, protocol: { type: 'string' } } },
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['protocol', 'port'],
          },
          plain: { type: 'array', items: { type: 'string' } },
        },
      },
    },
  };
  const find = (spec: unknown) => validateListTypes({ spec }, lists).map(toFieldErrorMessage);
  t.same(find({ set: ['a', 'b'], ports: [{ port: 1 }, { port: 1, protocol: 'TCP' }], plain: ['a', 'a'] }), []);
  t.same(find({ set: ['a', 'b', 'a', 'a'] }), [
    'spec.set[2]: Duplicate value: "a"',
    'spec.set[3]: Duplicate value: "a"',
  ]);
  t.same(
    find({
      ports: [
        { protocol: 'TCP', port: 1, name: 'x' },
        { port: 1, protocol: 'TCP' },
      ],
    }),
    ['spec.ports[1]: Duplicate value: {"port":1,"protocol":"TCP"}'],
  );
  t.equal(find({ set: Array.from({ length: 1000 }, () => 'a') }).length, 100);
  t.end();
});
