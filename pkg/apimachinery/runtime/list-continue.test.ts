import t from 'tap';
import { decodeContinue, encodeContinue } from './list-continue.ts';

t.test('a token says where a list goes on', (t) => {
  const token = 'eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MjA3LCJzdGFydCI6Ii9iXHUwMDAwIn0';
  t.equal(encodeContinue(207, 'b'), token);
  t.same(decodeContinue(token), { revision: 207, lastKey: 'b' });
  for (const lastKey of ['gen-5fm7t', 'ns/name', 'ä']) {
    t.same(decodeContinue(encodeContinue(-1, lastKey)), { revision: -1, lastKey });
  }
  t.end();
});

t.test('a token that is not one of ours is a bad request in upstream words', (t) => {
  const json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const v = 'meta.k8s.io/v1';
  const cases: [string, string][] = [
    ['xyz', "invalid character 'Ç' looking for beginning of value"],
    ['a', 'illegal base64 data at input byte 0'],
    ['ab*c', 'illegal base64 data at input byte 2'],
    ['abc=', 'illegal base64 data at input byte 3'],
    [json([]), 'json: cannot unmarshal array into Go value of type storage.continueToken'],
    [json({ v: 1 }), 'json: cannot unmarshal number into Go struct field continueToken.v of type string'],
    [json({ rv: 'x' }), 'json: cannot unmarshal string into Go struct field continueToken.rv of type int64'],
    [json({ start: {} }), 'json: cannot unmarshal object into Go struct field continueToken.start of type string'],
    [json(null), 'server does not recognize this encoded version '],
    [json({ v: 'v2', rv: 1, start: '/a' }), 'server does not recognize this encoded version v2'],
    [json({ v, rv: 0, start: '/a' }), 'incorrect encoded start resourceVersion (version meta.k8s.io/v1)'],
    [json({ v, rv: 5, start: '' }), 'encoded start key empty (version meta.k8s.io/v1)'],
    [json({ v, rv: 5, start: '/../secrets/x' }), '/../secrets/x'],
    [json({ v, rv: 5, start: '//a' }), '//a'],
    [json({ v, rv: 5, start: '/a/./b' }), '/a/./b'],
  ];
  for (const [token, why] of cases) {
    const message = `invalid continue token: continue key is not valid: ${why}`;
    t.throws(() => decodeContinue(token), { message, status: { code: 400, reason: 'BadRequest' } }, why);
  }
  t.same(decodeContinue(json({ v, rv: 5, start: 'a' })), { revision: 5, lastKey: 'a' }, 'a key without slash and zero');
  t.end();
});
