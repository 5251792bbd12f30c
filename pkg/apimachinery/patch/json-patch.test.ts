import t from 'tap';
import { isStatusError } from '../errors/status-error.ts';
import { deepFreeze } from '../runtime/json.ts';
import { decodeJSONPatch } from './decode-json-patch.ts';
import { applyJSONPatch } from './json-patch.ts';

type Operation = Record<string, unknown>;

function apply(document: unknown, operations: readonly Operation[]): unknown {
  return applyJSONPatch(document, decodeJSONPatch(Buffer.from(JSON.stringify(operations))));
}

function causeOf(action: () => unknown): string {
  try {
    return `accepted ${JSON.stringify(action())}`;
  } catch (error) {
    if (!isStatusError(error)) throw error;
    const { code, reason, message, details } = error.status;
    const answer = JSON.stringify({ code, reason, message, details });
    const generic =
      '{"code":422,"reason":"Invalid","message":"the server rejected our request due to an error in our request","details":{}}';
    if (answer !== generic) return answer;
    return error.cause instanceof Error ? error.cause.message : 'no cause';
  }
}

t.test('operations do what RFC 6902 says', (t) => {
  const cases: [string, unknown, Operation[], unknown][] = [
    ['A.1 add a member', { foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { foo: 'bar', baz: 'qux' }],
    [
      'A.2 add an item',
      { foo: ['bar', 'baz'] },
      [{ op: 'add', path: '/foo/1', value: 'qux' }],
      { foo: ['bar', 'qux', 'baz'] },
    ],
    ['A.3 remove a member', { baz: 'qux', foo: 'bar' }, [{ op: 'remove', path: '/baz' }], { foo: 'bar' }],
    ['A.4 remove an item', { foo: ['a', 'b', 'c'] }, [{ op: 'remove', path: '/foo/1' }], { foo: ['a', 'c'] }],
    ['A.5 replace', { baz: 'qux' }, [{ op: 'replace', path: '/baz', value: 'boo' }], { baz: 'boo' }],
    [
      'A.6 move a member',
      { foo: { bar: 'baz', waldo: 'fred' }, qux: { corge: 'grault' } },
      [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }],
      { foo: { bar: 'baz' }, qux: { corge: 'grault', thud: 'fred' } },
    ],
    [
      'A.7 move an item',
      { foo: ['a', 'b', 'c', 'd'] },
      [{ op: 'move', from: '/foo/1', path: '/foo/3' }],
      { foo: ['a', 'c', 'd', 'b'] },
    ],
    [
      'A.8 test',
      { baz: 'qux', foo: ['a', 2, 'c'] },
      [
        { op: 'test', path: '/baz', value: 'qux' },
        { op: 'test', path: '/foo/1', value: 2 },
      ],
      { baz: 'qux', foo: ['a', 2, 'c'] },
    ],
    [
      'A.10 add an object',
      { foo: 'bar' },
      [{ op: 'add', path: '/child', value: { grandchild: {} } }],
      { foo: 'bar', child: { grandchild: {} } },
    ],
    [
      'A.14 escapes',
      { '/': 9, '~1': 10 },
      [
        { op: 'test', path: '/~01', value: 10 },
        { op: 'replace', path: '/~1', value: 1 },
      ],
      { '/': 1, '~1': 10 },
    ],
    [
      'A.16 add an array',
      { foo: ['bar'] },
      [{ op: 'add', path: '/foo/-', value: ['abc', 'def'] }],
      { foo: ['bar', ['abc', 'def']] },
    ],
    [
      'copy',
      { a: { b: 1 } },
      [
        { op: 'copy', from: '/a', path: '/c' },
        { op: 'replace', path: '/c/b', value: 2 },
      ],
      { a: { b: 1 }, c: { b: 2 } },
    ],
    ['the whole document', { a: 1 }, [{ op: 'replace', path: '', value: [1] }], [1]],
    ['a test of the whole document', { a: 1 }, [{ op: 'test', path: '', value: { a: 1 } }], { a: 1 }],
    ['the empty key', { '': 1 }, [{ op: 'replace', path: '/', value: 2 }], { '': 2 }],
    ['the last item', { a: [1, 2] }, [{ op: 'replace', path: '/a/-1', value: 3 }], { a: [1, 3] }],
    ['behind the last item', { a: [1, 2] }, [{ op: 'add', path: '/a/-1', value: 3 }], { a: [1, 2, 3] }],
    ['remove from the end', { a: [1, 2] }, [{ op: 'remove', path: '/a/-2' }], { a: [2] }],
    ['null for an absent value', {}, [{ op: 'add', path: '/a' }], { a: null }],
    ['a test for null of what is absent', {}, [{ op: 'test', path: '/a', value: null }], {}],
    ['a null that is there', { a: null }, [{ op: 'remove', path: '/a' }], {}],
    ['a move to itself', { a: 1 }, [{ op: 'move', from: '/a', path: '/a' }], { a: 1 }],
    ['none', { a: 1 }, [], { a: 1 }],
    ['names of prototypes', {}, [{ op: 'add', path: '/constructor', value: 1 }], { constructor: 1 }],
  ];
  for (const [what, document, operations, expected] of cases) {
    const before = JSON.stringify(document);
    t.same(apply(deepFreeze(document), operations), expected, what);
    t.equal(JSON.stringify(document), before, `${what}: the document is not changed`);
  }
  t.end();
});

t.test('a failing operation fails the patch, and only the log learns why', (t) => {
  const document = { a: { b: [1, 2] }, s: 'x' };
  const cases: [Operation, string][] = [
    [{ op: 'frob', path: '/a' }, 'unexpected operation "frob"'],
    [{ path: '/a' }, 'unexpected operation ""'],
    [{ op: 'add', value: 1 }, 'not a JSON pointer: undefined'],
    [{ op: 'add', path: 'a', value: 1 }, 'not a JSON pointer: a'],
    [{ op: 'remove', path: '/none' }, 'nothing at /none'],
    [{ op: 'remove', path: '' }, 'cannot remove the whole document'],
    [{ op: 'remove', path: '/a/b/2' }, 'nothing at /a/b/2'],
    [{ op: 'remove', path: '/a/b/-3' }, 'nothing at /a/b/-3'],
    [{ op: 'remove', path: '/a/b/-' }, 'nothing at /a/b/-'],
    [{ op: 'remove', path: '/a/b/01' }, 'nothing at /a/b/01'],
    [{ op: 'replace', path: '/none', value: 1 }, 'nothing at /none'],
    [{ op: 'add', path: '/none/x', value: 1 }, 'nothing that has members in front of the end of /none/x'],
    [{ op: 'add', path: '/s/x', value: 1 }, 'nothing that has members in front of the end of /s/x'],
    [{ op: 'add', path: '/a/b/3', value: 1 }, 'cannot add at /a/b/3: index out of bounds'],
    [{ op: 'add', path: '/a/b/x', value: 1 }, 'cannot add at /a/b/x: index out of bounds'],
    [{ op: 'move', from: '/none', path: '/x' }, 'nothing at /none'],
    [{ op: 'move', path: '/x' }, 'not a JSON pointer: undefined'],
    [{ op: 'move', from: '/a', path: '/a/b/c' }, 'nothing that has members in front of the end of /a/b/c'],
    [{ op: 'copy', from: '/none', path: '/x' }, 'nothing at /none'],
    [{ op: 'test', path: '/s', value: 'y' }, 'test of /s failed'],
    [{ op: 'test', path: '/s' }, 'test of /s failed'],
    [{ op: 'test', path: '/a/b/7', value: null }, 'cannot test /a/b/7: no such item'],
    [{ op: 'remove', path: '/toString' }, 'nothing at /toString'],
    [
      { op: 'add', path: '/__proto__/polluted', value: 1 },
      'nothing that has members in front of the end of /__proto__/polluted',
    ],
    [
      { op: 'add', path: '/constructor/prototype/polluted', value: 1 },
      'nothing that has members in front of the end of /constructor/prototype/polluted',
    ],
  ];
  for (const [operation, why] of cases) {
    t.equal(
      causeOf(() => apply(document, [{ op: 'add', path: '/y', value: 1 }, operation])),
      why,
    );
  }
  t.same(document, { a: { b: [1, 2] }, s: 'x' });
  t.equal(({} as Record<string, unknown>)['polluted'], undefined);
  t.end();
});

t.test('a member called __proto__ can be set and is only data', (t) => {
  const operations = '[{"op":"add","path":"/__proto__","value":{"x":1}},{"op":"add","path":"/__proto__/y","value":2}]';
  const result = applyJSONPatch({}, decodeJSONPatch(Buffer.from(operations)));
  t.equal(JSON.stringify(result), '{"__proto__":{"x":1,"y":2}}');
  t.equal((result as Record<string, unknown>)['x'], undefined);
  t.end();
});

t.test('a small patch cannot make a large or deep document', (t) => {
  const doubling = Array.from({ length: 40 }, () => ({ op: 'copy', from: '/a', path: '/a/-' }));
  t.equal(
    causeOf(() => apply({ a: ['x'.repeat(1000)] }, doubling)),
    'the accumulated size of copies exceeds 3145728 bytes',
  );
  const deepening = Array.from({ length: 2000 }, () => [
    { op: 'move', from: '/a', path: '/b' },
    { op: 'add', path: '/a', value: {} },
    { op: 'move', from: '/b', path: '/a/b' },
  ]).flat();
  t.equal(
    causeOf(() => apply({ a: {} }, deepening)),
    'the patched document is nested too deeply',
  );
  const deepCopy = [...deepening, { op: 'copy', from: '/a', path: '/c' }];
  t.equal(
    causeOf(() => apply({ a: {} }, deepCopy)),
    'cannot copy /a: it is nested too deeply',
  );
  t.end();
});

t.test('what is no patch is refused in upstream words', (t) => {
  const cases: [string, number, string][] = [
    [
      '{"a": 1}',
      400,
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    ],
    ['"x"', 400, 'error decoding patch: json: cannot unmarshal string into Go value of type []handlers.jsonPatchOp'],
    ['[1]', 400, 'error decoding patch: json: cannot unmarshal number into Go value of type handlers.jsonPatchOp'],
    [
      '[{"op":1}]',
      400,
      'error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string',
    ],
    [
      '[{"path":{}}]',
      400,
      'error decoding patch: json: cannot unmarshal object into Go struct field jsonPatchOp.path of type string',
    ],
    ['[', 400, 'invalid JSON patch'],
    ['', 400, 'invalid JSON patch'],
    [
      JSON.stringify(Array.from({ length: 10_001 }, () => ({}))),
      413,
      'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
    ],
  ];
  for (const [body, code, message] of cases) {
    t.throws(() => decodeJSONPatch(Buffer.from(body)), { message, status: { code } }, body.slice(0, 40));
  }
  t.same(decodeJSONPatch(Buffer.from('null')).operations, []);
  t.end();
});

t.test('members of operations that mean nothing are reported when asked for', (t) => {
  const body = Buffer.from(
    '[{"op":"add","path":"/a","value":{"foo":1},"foo":1},{"op":"test","op":"remove","path":"/a","x":2}]',
  );
  t.same(decodeJSONPatch(body).faults, []);
  t.same(decodeJSONPatch(body, { findDuplicates: true }).faults, [
    'json patch unknown field "[0].foo"',
    'json patch unknown field "[1].x"',
    'json patch duplicate field "[1].op"',
  ]);
  t.end();
});
