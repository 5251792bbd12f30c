import t, { type Test } from 'tap';
import { isStatusError } from '../errors/status-error.ts';
import { cloneJSON, deepFreeze, equalJSON, isJSONObject, type JSONObject } from '../runtime/json.ts';
import { objectMetaSchema } from '../validation/object-meta-schema.ts';
import type { Schema } from '../schema/schema.ts';
import { decodeStrategicPatched } from './strategic-decode-patched.ts';
import { applyStrategicMergePatch, decodeStrategicMergePatch } from './strategic-merge-patch.ts';

const merge = 'x-kubernetes-patch-strategy';
const key = 'x-kubernetes-patch-merge-key';
const strings: Schema = { type: 'array', items: { type: 'string' } };
const stringMap: Schema = { type: 'object', additionalProperties: { type: 'string' } };

const namedItem: Schema = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    value: { type: 'string' },
    count: { type: 'integer' },
    labels: stringMap,
    tags: { ...strings, [merge]: 'merge' },
    steps: {
      type: 'array',
      items: { type: 'object', properties: { name: { type: 'string' }, run: { type: 'string' } } },
      [merge]: 'merge',
      [key]: 'name',
    },
  },
};

/** One member for each rule. */
const schema: Schema = {
  type: 'object',
  properties: {
    data: stringMap,
    text: { type: 'string' },
    items: { type: 'array', items: namedItem, [merge]: 'merge', [key]: 'name' },
    numbered: { type: 'array', items: { type: 'object' }, [merge]: 'retainKeys,merge', [key]: 'port' },
    keyless: { type: 'array', items: { type: 'object' }, [merge]: 'merge' },
    atomic: { type: 'array', items: namedItem },
    tags: { ...strings, [merge]: 'merge' },
    plain: strings,
    lists: { type: 'array', items: strings, [merge]: 'merge' },
    whole: { type: 'object', additionalProperties: true, [merge]: 'replace' },
    strategy: { type: 'object', additionalProperties: true, [merge]: 'retainKeys' },
    volumes: { type: 'array', items: namedItem, [merge]: 'merge,retainKeys', [key]: 'name' },
    nested: {
      type: 'object',
      properties: { deep: { type: 'object', properties: { tags: { ...strings, [merge]: 'merge' } } } },
    },
    meta: { $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta', [merge]: 'replace' },
    free: {},
  },
};

function apply(document: unknown, patch: JSONObject, using: Schema = schema): JSONObject {
  const frozen = [cloneJSON(document), cloneJSON(patch)] as const;
  return applyStrategicMergePatch(deepFreeze(frozen[0]), deepFreeze(frozen[1]), using);
}

function failure(work: () => unknown): string {
  try {
    work();
    return 'accepted';
  } catch (error) {
    if (!isStatusError(error)) throw error;
    return `${error.code} ${error.status.reason ?? ''}: ${error.message}`;
  }
}

const names = (...all: string[]): JSONObject[] => all.map((name) => ({ name }));

type Case = readonly [rule: string, document: JSONObject, patch: JSONObject, expected: JSONObject];

function check(t: Test, cases: readonly Case[]): void {
  for (const [rule, document, patch, expected] of cases) {
    // Order counts, so the texts are compared.
    t.equal(JSON.stringify(apply(document, patch)), JSON.stringify(expected), rule);
  }
}

t.test('objects are merged, member by member', async (t) => {
  check(t, [
    ['scalars are replaced', { text: 'a', data: { x: '1' } }, { text: 'b' }, { text: 'b', data: { x: '1' } }],
    ['members are added', { data: { a: '1' } }, { data: { b: '2' } }, { data: { a: '1', b: '2' } }],
    ['null removes', { data: { a: '1', b: '2' } }, { data: { a: null, z: null } }, { data: { b: '2' } }],
    ['null of a whole member', { data: { a: '1' }, text: 'x' }, { data: null }, { text: 'x' }],
    ['null in what is new', {}, { nested: { deep: null, x: { y: null, z: 1 } } }, { nested: { x: { z: 1 } } }],
    ['null items of a new list stay', {}, { plain: [null, 'a'] }, { plain: [null, 'a'] }],
    ['a type gives way', { free: 'text' }, { free: { a: 1, b: null } }, { free: { a: 1 } }],
    ['an object to a scalar', { free: { a: 1 } }, { free: 'text' }, { free: 'text' }],
    ['a list to an object', { free: [1] }, { free: { a: 1 } }, { free: { a: 1 } }],
    [
      'false, zero and empty are values',
      { free: { a: 1, b: 1, c: 1 } },
      { free: { a: 0, b: false, c: '' } },
      { free: { a: 0, b: false, c: '' } },
    ],
    [
      'what the schema does not know',
      { free: { a: { b: 1 }, l: [1] } },
      { free: { a: { c: 2 }, l: [2] } },
      { free: { a: { b: 1, c: 2 }, l: [2] } },
    ],
    ['strategy replace', { whole: { a: 1, b: 2 } }, { whole: { c: 3 } }, { whole: { c: 3 } }],
    [
      'strategy beside a reference',
      { meta: { name: 'a', uid: 'u' } },
      { meta: { name: 'b' } },
      { meta: { name: 'b' } },
    ],
    ['an empty patch', { text: 'a', tags: ['a'] }, {}, { text: 'a', tags: ['a'] }],
    ['an empty object', { data: { a: '1' } }, { data: {} }, { data: { a: '1' } }],
  ]);
  t.same(apply(undefined, { text: 'a' }), { text: 'a' }, 'nothing to patch');
});

t.test('$patch says what becomes of an object', async (t) => {
  check(t, [
    ['replace', { data: { a: '1' } }, { data: { $patch: 'replace', only: 'this' } }, { data: { only: 'this' } }],
    ['replace by nothing', { data: { a: '1' } }, { data: { $patch: 'replace' } }, { data: {} }],
    [
      'replace keeps what it is given as it is',
      { data: { a: '1' } },
      { data: { $patch: 'replace', b: null } },
      { data: { b: null } },
    ],
    ['delete', { data: { a: '1' } }, { data: { $patch: 'delete', b: '2' } }, { data: {} }],
    ['replace where nothing is', {}, { data: { $patch: 'replace', a: '1' } }, { data: { a: '1' } }],
    ['delete where nothing is', { text: 'x' }, { data: { $patch: 'delete' } }, { text: 'x' }],
    ['the whole document', { text: 'a', data: {} }, { $patch: 'replace', text: 'b' }, { text: 'b' }],
    [
      'in an item',
      { items: [{ name: 'a', labels: { x: '1' } }] },
      { items: [{ name: 'a', labels: { $patch: 'replace', y: '2' } }] },
      { items: [{ name: 'a', labels: { y: '2' } }] },
    ],
  ]);
});

t.test('$retainKeys drops all other members', async (t) => {
  check(t, [
    [
      'on a type that changes',
      { strategy: { type: 'Rolling', rolling: { max: 1 } } },
      { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
      { strategy: { type: 'Recreate' } },
    ],
    [
      'kept members are merged',
      { strategy: { a: { x: 1 }, b: 2 } },
      { strategy: { $retainKeys: ['a'], a: { y: 2 } } },
      { strategy: { a: { x: 1, y: 2 } } },
    ],
    [
      'null need not be listed',
      { strategy: { a: 1, b: 2, c: 3 } },
      { strategy: { $retainKeys: ['a'], b: null } },
      { strategy: { a: 1 } },
    ],
    ['nothing is kept', { strategy: { a: 1 } }, { strategy: { $retainKeys: [] } }, { strategy: {} }],
    [
      'in an item',
      { volumes: [{ name: 'v', value: 'a', count: 1 }] },
      { volumes: [{ $retainKeys: ['name', 'count'], name: 'v', count: 2 }] },
      { volumes: [{ name: 'v', count: 2 }] },
    ],
    ['where nothing is', {}, { strategy: { $retainKeys: ['a'], a: 1 } }, { strategy: { a: 1 } }],
    [
      'directives need not be listed',
      { volumes: [{ name: 'v', value: 'x', tags: ['a', 'b'] }] },
      {
        volumes: [
          {
            $retainKeys: ['name', 'tags'],
            name: 'v',
            '$deleteFromPrimitiveList/tags': ['a'],
            '$setElementOrder/tags': ['b'],
          },
        ],
      },
      { volumes: [{ name: 'v', tags: ['b'] }] },
    ],
  ]);
  for (const retained of ['type', null, { type: true }]) {
    t.equal(
      failure(() => apply({ strategy: {} }, { strategy: { $retainKeys: retained } })),
      '400 BadRequest: invalid patch format of retainKeys',
    );
  }
  t.equal(
    failure(() => apply({ strategy: {} }, { strategy: { $retainKeys: ['a'], a: 1, b: 2 } })),
    '400 BadRequest: invalid patch format of retainKeys',
  );
});

t.test('lists of scalars are joined where the strategy says so', async (t) => {
  check(t, [
    ['joined, each once', { tags: ['a', 'b', 'a'] }, { tags: ['c', 'c', 'b'] }, { tags: ['c', 'a', 'b'] }],
    [
      'in the order of the patch, others where they stood',
      { tags: ['a', 'b', 'c'] },
      { tags: ['c', 'a', 'd'] },
      { tags: ['b', 'c', 'a', 'd'] },
    ],
    ['new ones go first', { tags: ['a'] }, { tags: ['z'] }, { tags: ['z', 'a'] }],
    ['replaced without a strategy', { plain: ['a', 'b'] }, { plain: ['c'] }, { plain: ['c'] }],
    ['emptied without a strategy', { plain: ['a', 'b'] }, { plain: [] }, { plain: [] }],
    ['not emptied with one', { tags: ['a'] }, { tags: [] }, { tags: ['a'] }],
    ['both empty', { tags: [] }, { tags: [] }, { tags: [] }],
    [
      'deep down',
      { nested: { deep: { tags: ['a'] } } },
      { nested: { deep: { tags: ['b'] } } },
      { nested: { deep: { tags: ['b', 'a'] } } },
    ],
    ['1 is not "1"', { tags: ['1'] }, { '$deleteFromPrimitiveList/tags': ['2'], tags: ['1'] }, { tags: ['1'] }],
  ]);
});

t.test('$deleteFromPrimitiveList takes scalars out', async (t) => {
  check(t, [
    [
      'all of them',
      { tags: ['a', 'b', 'a', 'c'] },
      { '$deleteFromPrimitiveList/tags': ['a', 'c', 'z'] },
      { tags: ['b'] },
    ],
    ['whatever the strategy', { plain: ['a', 'b'] }, { '$deleteFromPrimitiveList/plain': ['a'] }, { plain: ['b'] }],
    [
      'before others are added',
      { tags: ['a', 'b'] },
      { '$deleteFromPrimitiveList/tags': ['a', 'b'], tags: ['a', 'c'] },
      { tags: ['a', 'c'] },
    ],
    ['of a list that is not there', { text: 'x' }, { '$deleteFromPrimitiveList/tags': ['a'] }, { text: 'x' }],
    ['of what is no list', { free: 'x' }, { '$deleteFromPrimitiveList/free': ['x'] }, { free: 'x' }],
    ['numbers', { free: [1, 2] }, { '$deleteFromPrimitiveList/free': [2] }, { free: [1] }],
    ['nothing', { tags: ['a'] }, { '$deleteFromPrimitiveList/tags': [] }, { tags: ['a'] }],
  ]);
  const malformed = '400 BadRequest: invalid patch format of primitive list';
  for (const patch of [
    { $deleteFromPrimitiveList: ['a'] },
    { '$deleteFromPrimitiveListOf/tags': ['a'] },
    { '$deleteFromPrimitiveList/tags': 'a' },
    { '$deleteFromPrimitiveList/tags': null },
    { '$deleteFromPrimitiveList/tags': [{ a: 1 }] },
    { '$deleteFromPrimitiveList/tags': [null] },
  ]) {
    t.equal(
      failure(() => apply({ tags: ['a'] }, patch)),
      malformed,
      JSON.stringify(patch),
    );
  }
});

t.test('lists of objects are merged by key', async (t) => {
  const ab = {
    items: [
      { name: 'a', value: '1', count: 1 },
      { name: 'b', value: '2' },
    ],
  };
  check(t, [
    [
      'matched items are merged',
      ab,
      { items: [{ name: 'b', count: 2 }] },
      { items: [ab.items[0], { name: 'b', value: '2', count: 2 }] },
    ],
    [
      'null in an item',
      ab,
      { items: [{ name: 'a', count: null }] },
      { items: [{ name: 'a', value: '1' }, ab.items[1]] },
    ],
    ['new items go first', ab, { items: names('c') }, { items: [...names('c'), ...ab.items] }],
    [
      'null and directives in a new item',
      { items: [] },
      { items: [{ name: 'n', value: null, '$setElementOrder/tags': ['y', 'x'], tags: ['y', 'x'] }] },
      { items: [{ name: 'n', tags: ['y', 'x'] }] },
    ],
    [
      'one new item given twice',
      { items: names('a') },
      {
        items: [
          { name: 'n', value: '1' },
          { name: 'n', count: 1 },
        ],
      },
      { items: [{ name: 'n', value: '1', count: 1 }, { name: 'a' }] },
    ],
    [
      'the first of two of a name is merged',
      {
        items: [
          { name: 'a', value: '1' },
          { name: 'a', value: '2' },
        ],
      },
      { items: [{ name: 'a', count: 1 }] },
      {
        items: [
          { name: 'a', value: '1', count: 1 },
          { name: 'a', value: '2' },
        ],
      },
    ],
    ['delete', ab, { items: [{ $patch: 'delete', name: 'a' }] }, { items: [ab.items[1]] }],
    [
      'delete all of a name',
      { items: names('a', 'b', 'a') },
      { items: [{ $patch: 'delete', name: 'a' }] },
      { items: names('b') },
    ],
    ['delete what is not there', ab, { items: [{ $patch: 'delete', name: 'z' }] }, ab],
    [
      'delete and add anew',
      ab,
      {
        items: [
          { name: 'a', count: 9 },
          { $patch: 'delete', name: 'a' },
        ],
      },
      { items: [{ name: 'a', count: 9 }, ab.items[1]] },
    ],
    ['replace', ab, { items: [{ name: 'c' }, { $patch: 'replace' }, { name: 'd' }] }, { items: names('c', 'd') }],
    ['replace by nothing', ab, { items: [{ $patch: 'replace' }] }, { items: [] }],
    [
      'replace and delete',
      ab,
      { items: [{ $patch: 'replace' }, { $patch: 'delete', name: 'a' }, { name: 'a' }] },
      { items: names('a') },
    ],
    [
      'keys of other types',
      {
        numbered: [
          { port: 80, a: 1 },
          { port: '80', a: 2 },
        ],
      },
      { numbered: [{ port: 80, b: 1 }] },
      {
        numbered: [
          { port: 80, a: 1, b: 1 },
          { port: '80', a: 2 },
        ],
      },
    ],
    [
      'lists in items',
      { items: [{ name: 'a', steps: names('x', 'y') }] },
      { items: [{ name: 'a', steps: [{ $patch: 'delete', name: 'x' }, { name: 'z' }] }] },
      { items: [{ name: 'a', steps: names('z', 'y') }] },
    ],
    [
      'no strategy',
      { atomic: names('a', 'b') },
      { atomic: [{ name: 'b', value: '1' }] },
      { atomic: [{ name: 'b', value: '1' }] },
    ],
    [
      'a list where none was',
      {},
      { items: [{ name: 'a', value: null }, { $patch: 'delete', name: 'b' }, { $patch: 'replace' }] },
      { items: names('a') },
    ],
  ]);
});

t.test('a merged list has an order', async (t) => {
  const order = (...all: string[]): JSONObject => ({ '$setElementOrder/items': names(...all) });
  check(t, [
    [
      'items of the patch in its order',
      { items: names('a', 'b', 'c') },
      { items: names('c', 'a') },
      { items: names('b', 'c', 'a') },
    ],
    [
      'others stay in front of what stood behind them',
      { items: names('a', 'b', 'c', 'd') },
      { items: names('d', 'b') },
      { items: names('a', 'c', 'd', 'b') },
    ],
    ['demanded order', { items: names('a', 'b', 'c') }, order('c', 'b', 'a'), { items: names('c', 'b', 'a') }],
    [
      'demanded order and changes',
      { items: names('a', 'b') },
      { ...order('b', 'new', 'a'), items: [{ name: 'new', value: '1' }] },
      { items: [{ name: 'b' }, { name: 'new', value: '1' }, { name: 'a' }] },
    ],
    ['of some items only', { items: names('a', 'b', 'c', 'd') }, order('d', 'a'), { items: names('b', 'c', 'd', 'a') }],
    ['of items that are not there', { items: names('a', 'b') }, order('z', 'b', 'a'), { items: names('b', 'a') }],
    [
      'with a deletion',
      { items: names('a', 'b', 'c') },
      { ...order('c', 'a'), items: [{ $patch: 'delete', name: 'b' }] },
      { items: names('c', 'a') },
    ],
    [
      'with a replacement',
      { items: names('a', 'b') },
      { ...order('y', 'x'), items: [{ $patch: 'replace' }, ...names('y', 'x')] },
      { items: names('y', 'x') },
    ],
    ['of a new list', {}, { ...order('a', 'b'), items: names('a', 'b') }, { items: names('a', 'b') }],
    ['of no list', { text: 'x' }, order('a'), { text: 'x' }],
    ['of empty lists', { items: [] }, { ...order(), items: [] }, { items: [] }],
    [
      'of scalars',
      { tags: ['a', 'b', 'c'] },
      { '$setElementOrder/tags': ['c', 'd', 'a'], tags: ['d'] },
      { tags: ['b', 'c', 'd', 'a'] },
    ],
    [
      'of scalars with deletions',
      { tags: ['a', 'b', 'c'] },
      { '$setElementOrder/tags': ['c', 'a'], '$deleteFromPrimitiveList/tags': ['b'] },
      { tags: ['c', 'a'] },
    ],
    ['of a replaced list', { plain: ['a', 'b'] }, { '$setElementOrder/plain': ['c'], plain: ['c'] }, { plain: ['c'] }],
    [
      'more in the order than the key',
      { items: names('a', 'b') },
      { '$setElementOrder/items': [{ name: 'b', value: 'x' }, { name: 'a' }] },
      { items: names('b', 'a') },
    ],
  ]);
});

t.test('patches that cannot be merged are refused in upstream words', async (t) => {
  const malformedOrder = '400 BadRequest: invalid patch format of setElementOrder list';
  const cases: readonly [JSONObject, JSONObject, string][] = [
    [
      { data: {} },
      { data: { $patch: 'merge', f: '6' } },
      '500 : unknown patch type: merge in map: map[$patch:merge f:6]',
    ],
    [{ data: {} }, { data: { $patch: 5 } }, '500 : unknown patch type: %!s(int64=5) in map: map[$patch:5]'],
    [{ data: {} }, { data: { $patch: 1.5 } }, '500 : unknown patch type: %!s(float64=1.5) in map: map[$patch:1.5]'],
    [{ data: {} }, { data: { $patch: null } }, '500 : unknown patch type: %!s(<nil>) in map: map[$patch:<nil>]'],
    [
      { data: {} },
      { data: { $patch: [true, 'x'] } },
      '500 : unknown patch type: [%!s(bool=true) x] in map: map[$patch:[true x]]',
    ],
    [{}, { data: { $patch: 'frob' } }, '500 : unknown patch type: frob in map: map[$patch:frob]'],
    [
      { items: names('a') },
      { items: [{ $patch: 'frob', name: 'a' }] },
      '500 : unknown patch type: frob in map: map[$patch:frob name:a]',
    ],
    [
      { items: names('a') },
      { items: [{ $patch: 'merge', name: 'a' }] },
      '500 : merging lists cannot yet be specified in the patch',
    ],
    [
      { items: names('a') },
      { items: [{ value: '1', labels: { b: 'x', a: null } }] },
      '500 : map: map[labels:map[a:<nil> b:x] value:1] does not contain declared merge key: name',
    ],
    [
      { items: names('a') },
      { items: [{ $patch: 'delete', value: '1' }] },
      '500 : map: map[$patch:delete value:1] does not contain declared merge key: name',
    ],
    [
      { items: [{ value: '1' }] },
      { items: names('a') },
      '500 : map: map[value:1] does not contain declared merge key: name',
    ],
    [{ keyless: [{ a: 1 }] }, { keyless: [{ b: 1 }] }, '500 : cannot merge lists without merge key for keyless'],
    [{ items: names('a') }, { items: ['b'] }, '500 : list element types are not identical: b'],
    [{ tags: ['a'] }, { tags: [1, 'b', 2, 3, null] }, '500 : list element types are not identical: 1b2 3 <nil>'],
    [{ tags: ['a'] }, { tags: [null] }, '500 : list element types are not identical: <nil>'],
    [
      { items: names('a') },
      { '$deleteFromPrimitiveList/items': ['a'] },
      '500 : list element types are not identical: a',
    ],
    [
      { lists: [['a']] },
      { lists: [['b']] },
      '422 Invalid: the server rejected our request due to an error in our request',
    ],
    [
      { items: names('a') },
      { '$setElementOrder/items': names('b', 'a'), items: names('a', 'b') },
      "500 : The order in patch list:\n[map[name:a] map[name:b]]\n doesn't match $setElementOrder list:\n[map[name:b] map[name:a]]\n",
    ],
    [
      { tags: ['a'] },
      { '$setElementOrder/tags': ['a'], tags: ['b'] },
      "500 : The order in patch list:\n[b]\n doesn't match $setElementOrder list:\n[a]\n",
    ],
    [{ items: names('a') }, { '$setElementOrder/items': 'a' }, malformedOrder],
    [{ items: names('a') }, { '$setElementOrder/items': ['a'] }, malformedOrder],
    [{ items: names('a') }, { '$setElementOrder/items': [{ value: 'a' }] }, malformedOrder],
    [{ items: names('a') }, { $setElementOrder: names('a') }, malformedOrder],
    [{ items: names('a') }, { '$setElementOrders/items': names('a') }, malformedOrder],
    [{ text: 'a' }, { '$setElementOrder/text': ['a'] }, '500 : expected a []interface {}, but received a string'],
    [
      { tags: ['a'] },
      { '$setElementOrder/tags': ['a'], tags: null },
      '500 : expected a []interface {}, but received a %!s(<nil>)',
    ],
    [
      { tags: ['a'] },
      { '$setElementOrder/tags': ['a'], tags: { a: 1 } },
      '500 : expected a []interface {}, but received a map[string]interface {}',
    ],
  ];
  for (const [document, patch, expected] of cases) {
    t.equal(
      failure(() => apply(document, patch)),
      expected,
      JSON.stringify(patch),
    );
  }
});

t.test(
  'faults without a code of their own answer 500 without a reason, lists of lists 422 without detail',
  async (t) => {
    const caught = (patch: JSONObject, document: JSONObject): unknown => {
      try {
        return apply(document, patch);
      } catch (error) {
        return isStatusError(error) ? error.status : error;
      }
    };
    const shared = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' };
    t.strictSame(caught({ data: { f: '6', $patch: 'merge' } }, { data: { a: '2' } }), {
      ...shared,
      message: 'unknown patch type: merge in map: map[$patch:merge f:6]',
      code: 500,
    });
    t.strictSame(caught({ lists: [[]] }, { lists: [['a']] }), {
      ...shared,
      message: 'the server rejected our request due to an error in our request',
      reason: 'Invalid',
      details: {},
      code: 422,
    });
  },
);

t.test('members with the names of inherited ones are data', async (t) => {
  const document: JSONObject = JSON.parse(
    '{"data":{"__proto__":"a","constructor":"b"},"items":[{"name":"__proto__"}]}',
  );
  const patch: JSONObject = JSON.parse(
    '{"__proto__":{"polluted":1},"toString":"x","data":{"__proto__":"c","hasOwnProperty":null},"items":[{"name":"__proto__","value":"1"},{"name":"constructor"}]}',
  );
  const patched = apply(document, patch);
  t.equal(
    JSON.stringify(patched),
    '{"data":{"__proto__":"c","constructor":"b"},"items":[{"name":"__proto__","value":"1"},{"name":"constructor"}],"__proto__":{"polluted":1},"toString":"x"}',
  );
  t.equal(Object.getPrototypeOf(patched), Object.prototype);
  t.equal(({} as JSONObject)['polluted'], undefined);
  const replaced = apply({ data: { a: '1' } }, JSON.parse('{"data":{"$patch":"replace","__proto__":"x"}}'));
  t.equal(JSON.stringify(replaced), '{"data":{"__proto__":"x"}}');
});

t.test('large and deep patches take no more than their share', async (t) => {
  const count = 50_000;
  const many = Array.from({ length: count }, (_, index) => ({ name: `n${index}` }));
  const reversed = many.toReversed();
  const patch = {
    items: [...reversed, ...many.map(({ name }) => ({ $patch: 'delete', name: `gone-${name}` }))],
    '$setElementOrder/items': reversed,
    tags: many.map(({ name }) => name),
    '$deleteFromPrimitiveList/tags': many.map(({ name }) => `gone-${name}`),
  };
  const patched = applyStrategicMergePatch({ items: many, tags: reversed.map(({ name }) => name) }, patch, schema);
  t.equal((patched['items'] as unknown[]).length, count);
  t.same((patched['items'] as unknown[])[0], { name: `n${count - 1}` });
  t.equal((patched['tags'] as unknown[])[0], 'n0');
  const nest = (leaf: unknown, levels: number): JSONObject =>
    levels === 0 ? { leaf } : { free: nest(leaf, levels - 1) };
  t.equal(JSON.stringify(apply(nest(1, 990), nest(2, 990))), JSON.stringify(nest(2, 990)));
});

t.test('bodies that are no patch are refused', async (t) => {
  const decode = (body: string, findDuplicates = true) =>
    decodeStrategicMergePatch(Buffer.from(body), { findDuplicates });
  t.same(decode('{"data":{"a":"1","a":"2"}}'), { patch: { data: { a: '2' } }, faults: ['duplicate field "data.a"'] });
  t.same(decode('{"data":{"a":"1","a":"2"}}', false).faults, []);
  t.same(decode('null'), { patch: {}, faults: [] });
  t.equal(
    failure(() => decode('[]')),
    '400 BadRequest: json: cannot unmarshal array into Go value of type map[string]interface {}',
  );
  t.equal(
    failure(() => decode('"x"')),
    '400 BadRequest: json: cannot unmarshal string into Go value of type map[string]interface {}',
  );
  t.equal(
    failure(() => decode('{')),
    '400 BadRequest: invalid JSON patch',
  );
  t.equal(
    failure(() => decode('['.repeat(2000))),
    '400 BadRequest: invalid JSON patch',
  );
});

/** `metadata` with the strategies that upstream has. */
const metadata: Schema = {
  ...objectMetaSchema,
  properties: {
    ...objectMetaSchema.properties,
    finalizers: { ...strings, [merge]: 'merge' },
    ownerReferences: {
      type: 'array',
      items: {
        $id: 'x.v1.OwnerReference',
        type: 'object',
        properties: { uid: { type: 'string' }, name: { type: 'string' } },
      },
      [merge]: 'merge',
      [key]: 'uid',
    },
  },
};
const configMap: Schema = { $id: 'io.k8s.api.core.v1.ConfigMap', type: 'object', properties: { data: stringMap } };
const withStrategies: Schema = { ...configMap, properties: { ...configMap.properties, metadata } };
const expected = { group: '', version: 'v1', kind: 'ConfigMap' };

function patchConfigMap(document: JSONObject, body: string, fieldValidation: 'Ignore' | 'Warn' | 'Strict' = 'Warn') {
  const patch = decodeStrategicMergePatch(Buffer.from(body), { findDuplicates: fieldValidation !== 'Ignore' });
  const patched = apply(document, patch.patch, withStrategies);
  return decodeStrategicPatched(patched, { expected, schema: configMap, fieldValidation, patch });
}

const stored: JSONObject = {
  kind: 'ConfigMap',
  apiVersion: 'v1',
  metadata: { name: 'a', namespace: 'g', labels: { app: 'patched' }, annotations: { n: 'v' } },
  data: { a: '2', d: 'x', e: '5' },
};

t.test('recorded patches of a ConfigMap have the recorded outcome', async (t) => {
  t.equal(
    failure(() => patchConfigMap(stored, '{"data":{"f":"6","$patch":"merge"}}')),
    '500 : unknown patch type: merge in map: map[$patch:merge f:6]',
  );
  const only = patchConfigMap(stored, '{"data":{"only":"this","$patch":"replace"}}').object;
  t.strictSame(only, { ...stored, data: { only: 'this' } });
  const held = patchConfigMap(only, '{"metadata":{"finalizers":["example.com/x"]}}').object;
  t.strictSame(held.metadata.finalizers, ['example.com/x']);
  const patch = '{"metadata":{"finalizers":["example.com/y"]}}';
  t.strictSame(patchConfigMap(held, patch).object.metadata.finalizers, ['example.com/y', 'example.com/x']);
  const free = patchConfigMap(held, '{"metadata":{"$deleteFromPrimitiveList/finalizers":["example.com/x"]}}').object;
  t.strictSame(free, only);
});

t.test('recorded patch of the ports of a service', async (t) => {
  const ports: Schema = { type: 'array', items: { type: 'object' }, [merge]: 'merge', [key]: 'port' };
  const service: Schema = { type: 'object', properties: { spec: { type: 'object', properties: { ports } } } };
  const https = { name: 'https', protocol: 'TCP', port: 443, targetPort: 443 };
  t.strictSame(
    apply(
      { spec: { ports: [https], type: 'ExternalName' } },
      { spec: { ports: [{ port: 8443, name: 'alt' }] } },
      service,
    ),
    {
      spec: { ports: [{ port: 8443, name: 'alt' }, https], type: 'ExternalName' },
    },
  );
});

t.test('patches as kubectl sends them', async (t) => {
  const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
  const cases: readonly [string, string, JSONObject][] = [
    ['annotate', '{"metadata":{"annotations":{"n":"1"}}}', { annotations: { n: '1' }, labels: { app: 'patched' } }],
    ['label', '{"metadata":{"labels":{"a":"b"}}}', { annotations: { n: 'v' }, labels: { a: 'b', app: 'patched' } }],
    ['label, removal', '{"metadata":{"labels":{"app":null}}}', { annotations: { n: 'v' } }],
    [
      'set-last-applied',
      `{"metadata":{"annotations":{"${lastApplied}":"{}"}}}`,
      { annotations: { [lastApplied]: '{}', n: 'v' }, labels: { app: 'patched' } },
    ],
    [
      'set owners',
      '{"metadata":{"$setElementOrder/ownerReferences":[{"uid":"1"}],"ownerReferences":[{"uid":"1","name":"x"}]}}',
      { annotations: { n: 'v' }, labels: { app: 'patched' }, ownerReferences: [{ uid: '1', name: 'x' }] },
    ],
    ['change nothing', '{}', { annotations: { n: 'v' }, labels: { app: 'patched' } }],
  ];
  for (const [command, body, wanted] of cases) {
    const { object, warnings } = patchConfigMap(stored, body, 'Strict');
    t.strictSame(object, { ...stored, metadata: { name: 'a', namespace: 'g', ...wanted } }, command);
    t.strictSame(warnings, []);
  }
  const { object } = patchConfigMap(stored, `{"data":{"a":"3"},"metadata":{"annotations":{"${lastApplied}":"{}"}}}`);
  t.strictSame(object['data'], { a: '3', d: 'x', e: '5' }, 'apply, changed');
});

t.test('an outcome that is no object of the kind is refused with the patch as Go prints it', async (t) => {
  const start = '422 Invalid:  "" is invalid: patch: Invalid value: ';
  const cases: readonly [string, 'Ignore' | 'Warn' | 'Strict', string][] = [
    [
      '{"data":"x"}',
      'Warn',
      `${start}"map[data:x]": json: cannot unmarshal string into Go struct field ConfigMap.data of type map[string]string`,
    ],
    [
      '{"data":{"q":"\\"","b":1}}',
      'Ignore',
      `${start}"map[data:map[b:1 q:\\"]]": json: cannot unmarshal number into Go struct field ConfigMap.data of type string`,
    ],
    ['{"foo":1}', 'Strict', `${start}"map[foo:1]": strict decoding error: unknown field "foo"`],
    [
      '{"data":{"a":"1","a":"2"},"foo":1e-7}',
      'Strict',
      `${start}"map[data:map[a:2] foo:1e-07]": strict decoding error: duplicate field "data.a", unknown field "foo"`,
    ],
    [
      '{"metadata":{"labels":{"a":true}}}',
      'Warn',
      `${start}"map[metadata:map[labels:map[a:true]]]": json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string`,
    ],
  ];
  for (const [body, validation, message] of cases) {
    t.equal(
      failure(() => patchConfigMap(stored, body, validation)),
      message,
      body,
    );
  }
  const warned = patchConfigMap(stored, '{"data":{"a":"1","a":"2"},"foo":1}');
  t.strictSame(warned.warnings, ['duplicate field "data.a"', 'unknown field "foo"']);
  t.notOk('foo' in warned.object);
  t.strictSame(patchConfigMap(stored, '{"foo":1}', 'Ignore').warnings, []);
  const other = patchConfigMap(stored, '{"apiVersion":"x/v2","kind":"Other"}', 'Strict').object;
  t.strictSame(other, stored, 'an object stays of its kind');
});

t.test('the status of a refused outcome names no object', async (t) => {
  try {
    patchConfigMap(stored, '{"foo":1}', 'Strict');
    t.fail('accepted');
  } catch (error) {
    const message = 'Invalid value: "map[foo:1]": strict decoding error: unknown field "foo"';
    t.match(isStatusError(error) && error.status, {
      details: { causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }] },
    });
    t.notOk(isStatusError(error) && 'kind' in (error.status.details ?? {}));
  }
});

/** Numbers that look random and are the same in every run (Mulberry32). */
function newRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below) | 0;
  };
}

type Random = ReturnType<typeof newRandom>;

const letters = ['a', 'b', 'c', 'd', 'e'] as const;

function pickSome(random: Random): string[] {
  const ranked = letters.map((letter) => ({ letter, rank: random(1000) })).filter(({ rank }) => rank < 500);
  return ranked.toSorted((a, b) => a.rank - b.rank).map(({ letter }) => letter);
}

function newStrings(random: Random): JSONObject {
  return Object.fromEntries(pickSome(random).map((name) => [name, `${random(3)}`]));
}

function newItem(random: Random, name: string): JSONObject {
  return {
    name,
    ...(random(2) === 0 ? {} : { value: `${random(3)}` }),
    ...(random(2) === 0 ? {} : { labels: newStrings(random) }),
    ...(random(2) === 0 ? {} : { tags: pickSome(random) }),
    ...(random(2) === 0 ? {} : { steps: pickSome(random).map((step) => ({ name: step, run: `${random(3)}` })) }),
  };
}

function newDocument(random: Random): JSONObject {
  const members: JSONObject = {
    text: `${random(3)}`,
    data: newStrings(random),
    tags: pickSome(random),
    plain: pickSome(random),
    items: pickSome(random).map((name) => newItem(random, name)),
    nested: { deep: { tags: pickSome(random) } },
  };
  return Object.fromEntries(Object.entries(members).filter(() => random(4) > 0));
}

/** The patch that a client makes to turn `a` into `b` (Go: `CreateTwoWayMergePatch`). */
function diff(a: JSONObject, b: JSONObject, of: Schema): JSONObject {
  const patch: JSONObject = {};
  for (const name of Object.keys(a)) if (!(name in b)) patch[name] = null;
  for (const [name, value] of Object.entries(b)) {
    const before = a[name];
    const member = of.properties?.[name] ?? {};
    if (equalJSON(before, value)) continue;
    if (Array.isArray(before) && Array.isArray(value) && member[merge] === 'merge') {
      Object.assign(
        patch,
        member[key] === undefined ? diffScalars(name, before, value) : diffItems(name, { before, value }, member),
      );
    } else if (isJSONObject(before) && isJSONObject(value)) patch[name] = diff(before, value, member);
    else patch[name] = value;
  }
  return patch;
}

function diffScalars(name: string, before: unknown[], value: unknown[]): JSONObject {
  const gone = before.filter((item) => !value.includes(item));
  return {
    [`$setElementOrder/${name}`]: value,
    ...(gone.length === 0 ? {} : { [`$deleteFromPrimitiveList/${name}`]: gone }),
    [name]: value.filter((item) => !before.includes(item)),
  };
}

function diffItems(
  name: string,
  lists: { before: JSONObject[]; value: JSONObject[] },
  { items = {} }: Schema,
): JSONObject {
  const { before, value } = lists;
  const find = (list: JSONObject[], item: JSONObject) => list.find((each) => each['name'] === item['name']);
  const gone = before.filter((item) => find(value, item) === undefined);
  const changes = value.filter((item) => !equalJSON(find(before, item), item));
  return {
    [`$setElementOrder/${name}`]: value.map((item) => ({ name: item['name'] })),
    [name]: [
      ...changes.map((item) => ({ ...diff(find(before, item) ?? {}, item, items), name: item['name'] })),
      ...gone.map((item) => ({ $patch: 'delete', name: item['name'] })),
    ],
  };
}

t.test('a patch made of a difference makes it', async (t) => {
  const random = newRandom(1);
  for (let round = 0; round < 2000; round++) {
    const [a, b] = [newDocument(random), newDocument(random)];
    const patch = diff(a, b, schema);
    const patched = apply(a, patch);
    if (equalJSON(patched, b) && equalJSON(apply(patched, patch), b)) continue;
    t.strictSame(patched, b, JSON.stringify({ a, patch }));
    return;
  }
  t.pass('every time, and again');
});

function newPatch(random: Random): JSONObject {
  const patch = newDocument(random);
  const { items = [], data = {}, tags = [] } = patch as { items?: JSONObject[]; data?: JSONObject; tags?: string[] };
  if (random(4) === 0) items.push({ $patch: 'replace' });
  for (const name of pickSome(random)) items.push({ $patch: 'delete', name });
  if (random(4) === 0) data['$patch'] = random(2) === 0 ? 'replace' : 'delete';
  if (random(4) === 0) data[letters[random(5)] ?? ''] = null;
  if (random(2) === 0) patch['$deleteFromPrimitiveList/tags'] = pickSome(random);
  if (random(2) === 0) patch['$setElementOrder/tags'] = [...new Set([...tags, ...pickSome(random)])];
  if (random(4) === 0) patch['$retainKeys'] = Object.keys(patch).filter((name) => !name.startsWith('$'));
  return patch;
}

t.test('a patch changes nothing when it is applied again', async (t) => {
  const random = newRandom(2);
  for (let round = 0; round < 2000; round++) {
    const [document, patch] = [newDocument(random), newPatch(random)];
    const once = apply(document, patch);
    const twice = apply(once, patch);
    if (equalJSON(once, twice)) continue;
    t.strictSame(twice, once, JSON.stringify({ document, patch }));
    return;
  }
  t.pass('every time');
});
