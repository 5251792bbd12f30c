import type { Random } from './random.ts';

/** Names of members that have harmed somebody. */
export const hostileKeys: readonly string[] = [
  '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'toJSON', 'then', '', ' ', '\u0000', '\ud800',
  '$patch', '$retainKeys', '$setElementOrder/finalizers', '$deleteFromPrimitiveList/finalizers', 'metadata', 'spec', 'status',
  'kind', 'apiVersion', 'name', 'namespace', 'generateName', 'labels', 'annotations', 'finalizers', 'ownerReferences',
  'managedFields', 'resourceVersion', 'uid', 'generation', 'creationTimestamp', 'deletionTimestamp', 'selfLink',
  'deletionGracePeriodSeconds', 'size', 'color', 'tags', 'settings', 'phase', 'a/b', 'a~1b', '*', '.', '..', 'f:spec', 'k:{"a":1}',
  'Metadata', 'KIND', 'é', '\u{1f600}', 'x'.repeat(300), 'a.example.com/b', '0', '-1', 'length',
];

/** JSON values, and what pretends to be some. */
export const hostileTokens: readonly string[] = [
  'null', 'true', 'false', '0', '-0', '-1', '1.5', '1e2', '1e400', '-1e400', '1e-400', '9223372036854775807',
  '9223372036854775808', '-9223372036854775809', '18446744073709551616', '2147483648', '-2147483649', '01', '+1', '.5', '1.', 'NaN',
  'Infinity', '0x10', '""', '" "', '"\\u0000"', '"\\ud800"', '"\\udc00\\ud800"', '"\\u2028"', '"__proto__"', '"constructor"',
  '"a/b"', '"a%2Fb"', '".."', '"."', '"A"', '"red"', '"1"', '"true"', '"2026-01-01T00:00:00Z"', '"2026-13-01T00:00:00Z"',
  '"0000-00-00T00:00:00Z"', '"é"', '"\\uD83D\\uDE00"', '[]', '{}', '[[]]', '[null]', '[{}]', '{"":null}',
  '{"__proto__":{"polluted":true}}', '{"constructor":{"prototype":{"polluted":true}}}', '["__proto__"]', '{"a":1,"a":2}',
  '{"toString":1}', '{"length":1e9}', '{"$patch":"replace"}', '{"$patch":"delete"}', '[{"$patch":"replace"}]', '{"$patch":1}',
  '{"$retainKeys":["a"]}', '{"$retainKeys":{}}', '"replace"', '"delete"', '"Widget"', '"v1"', '"test.example.com/v1"', '"test.example.com/v2"',
  '["a","a"]', '["example.com/a","b"]', '"foregroundDeletion"', '["foregroundDeletion"]', '["orphan","foregroundDeletion"]',
  '[{"apiVersion":"v1","kind":"Pod","name":"a","uid":"b"}]', '[{"apiVersion":"","kind":null,"name":"a","uid":"b","controller":true}]',
  '[{"manager":"a","operation":"Update","apiVersion":"test.example.com/v1","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:size":{}}}}]',
  '[{"manager":"a","operation":"Apply","apiVersion":"v9","fieldsType":"FieldsV1","fieldsV1":{"k:{":{}, "v:":{}, "i:x":{},"__proto__":{}}}]',
  '[{"manager":"a","operation":"Nope","fieldsV1":[]}]', `"${'x'.repeat(1 << 16)}"`, `"${'é'.repeat(200)}"`, 'undefined', "'a'", '/**/', '',
];

/** Parts of paths, queries and headers. */
export const hostileTexts: readonly string[] = [
  '', ' ', '%', '%00', '%zz', '%2F', '%2e%2e', '..', '.', '%252F', '%C0%AF', '%ED%A0%80', '%FF', '%0d%0aX:1', '+', '*', '~', "'", '"', '<', '\\',
  ';', ',', '=', '==', '!=', '!', '(', ')', 'in', 'a in (b', 'a in (b,)', 'a notin (', 'a=b=c', 'a>1', 'a<x', '!a', 'a!', 'a,,b', '__proto__', '__proto__=a',
  'constructor', 'toString', 'metadata.name=a', 'metadata.name=', 'metadata.name!=__proto__', 'spec.color=red', 'spec.color', 'spec.__proto__=a', 'status=a',
  'a\\=b=c', 'metadata.name=\\', '-1', '0', '1', '01', '1.5', '1e3', '9223372036854775808', '99999999999999999999999', 'NaN', '0x1', 'true', 'false', 'True', 'yes',
  'null', 'All', 'Strict', 'Warn', 'Ignore', 'Exact', 'NotOlderThan', 'eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhIn0', 'eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6LTEsInN0YXJ0IjoiLi4vLi4vIn0',
  'bnVsbA', 'e30', 'W10', 'eyJ2IjpudWxsfQ', '====', 'x'.repeat(2000), '%F0%9F%98%80', '\u00e9', 'a'.repeat(129), 'Foreground', 'Orphan', 'Background',
  Array.from({ length: 300 }, (_, at) => `k${at}`).join(','), `a in (${Array.from({ length: 500 }, (_, at) => at).join(',')})`, '('.repeat(500),
];

/** Deep nesting, near what is allowed and far beyond. */
export function deep(random: Random): string {
  const depth = random.pick([50, 990, 1001, 9000, 200_000]);
  const open = random.pick(['[', '{"a":', '[{"__proto__":']);
  const close = [...open.replace(/"[^"]*":/g, '')].toReversed().map((each) => (each === '[' ? ']' : '}')).join('');
  return open.repeat(depth) + random.pick(['1', '', 'null']) + close.repeat(depth);
}
