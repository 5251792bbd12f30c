import t from 'tap';
import { newObject } from '../testing/fixtures.ts';
import { parseKey, toSortKey, toSortRange } from './key.ts';
import { OrderedIndex } from './ordered-index.ts';

/** A small generator of numbers that are the same in every run. */
function newRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % below;
  };
}

t.test('an index agrees with a sorted list, whatever is put in and taken out', async (t) => {
  const index = new OrderedIndex();
  const model = new Map<string, unknown>();
  const random = newRandom(7);
  for (let step = 0; step < 20_000; step++) {
    const key = `g/r${random(3)}/ns${random(4)}/n${random(1500)}`;
    if (random(10) < (step < 12_000 ? 7 : 2)) {
      const object = newObject(key, step);
      index.set(key, object);
      model.set(key, object);
    } else {
      index.delete(key);
      model.delete(key);
    }
  }
  const sorted = [...model].toSorted(([a], [b]) => (toSortKey(a) < toSortKey(b) ? -1 : 1));
  for (const prefix of ['', 'g/', 'g/r1/', 'g/r2/ns3/', 'g/r9/', 'h/']) {
    const expected = sorted.filter(([key]) => key.startsWith(prefix));
    const found = [...index.range(toSortRange(prefix))];
    t.same(
      found.map(({ key }) => key),
      expected.map(([key]) => key),
    );
    t.ok(found.every(({ key, object }) => model.get(key) === object && index.get(key) === object));
    t.equal(index.count(toSortRange(prefix)), expected.length);
    const after = expected[expected.length >> 1]?.[0] ?? 'g/r9/ns/x';
    const following = expected.filter(([key]) => toSortKey(key) > toSortKey(after)).length;
    t.equal([...index.range(toSortRange(prefix, after))].length, following);
    t.equal(index.count(toSortRange(prefix, after)), following);
  }
  for (const key of model.keys()) index.delete(key);
  t.equal(index.count(toSortRange('')), 0);
  t.same([...index.range(toSortRange(''))], []);
});

t.test('keys that arrive in order, forwards or backwards, stay in order', async (t) => {
  const keys = Array.from({ length: 3000 }, (_, n) => `g/r/n${String(n).padStart(5, '0')}`);
  for (const arriving of [keys, keys.toReversed()]) {
    const index = new OrderedIndex();
    for (const key of arriving) index.set(key, newObject(key));
    t.same(
      Array.from(index.range(toSortRange('g/')), ({ key }) => key),
      keys,
    );
  }
});

t.test('sort keys are as distinct as keys, and order segments by bytes', async (t) => {
  const ordered = [
    'a',
    'a/\0',
    'a/\0\0',
    'a/\u0001',
    'a/b',
    'a/b/c',
    'a/b\0',
    'a/b\u0001',
    'a/b!',
    'a/é',
    'a/\ud800',
    'a/\ufffd',
    'a/😀',
  ];
  const sortKeys = ordered.map(toSortKey);
  t.same(sortKeys, [...new Set(sortKeys)].toSorted());
});

t.test('a key has three or four segments', async (t) => {
  t.same(parseKey('core/configmaps/default/a'), {
    group: 'core',
    resource: 'configmaps',
    namespace: 'default',
    name: 'a',
  });
  t.same(parseKey('core/namespaces/a'), { group: 'core', resource: 'namespaces', namespace: undefined, name: 'a' });
  for (const wrong of ['', 'a', 'a/b', 'a/b/', '/a/b', 'a//b', 'a/b//c', 'a/b/c/', 'a/b/c/d/e']) {
    t.throws(() => parseKey(wrong), { name: 'TypeError' }, wrong);
  }
});
