import t from 'tap';
import { parseFieldSelector } from './parse.ts';
import { escapeFieldValue, everyField } from './selector.ts';
import { checkFieldSelector } from './supported.ts';

t.test('a field selector has a canonical text and requirements', (t) => {
  const cases: [string, string][] = [
    ['', ''],
    [',', ''],
    ['metadata.name=a', 'metadata.name=a'],
    ['metadata.name==a', 'metadata.name=a'],
    ['b!=c,a=d', 'a=d,b!=c'],
    ['a=', 'a='],
    [String.raw`a=x\,y\=z\\`, String.raw`a=x\,y\=z\\`],
  ];
  for (const [text, canonical] of cases) {
    const selector = parseFieldSelector(text);
    t.equal(selector.toString(), canonical, text);
    t.equal(parseFieldSelector(canonical).toString(), canonical, `${canonical} again`);
  }
  t.same(parseFieldSelector(String.raw`a=x\,y,b!=z`).requirements, [
    { path: 'a', operator: '=', value: 'x,y' },
    { path: 'b', operator: '!=', value: 'z' },
  ]);
  t.equal(escapeFieldValue('a,b=c\\'), String.raw`a\,b\=c\\`);
  t.end();
});

t.test('a field selector matches what is at its paths', (t) => {
  const object: Record<string, string> = { 'metadata.name': 'a', 'spec.type': 'x' };
  const get = (path: string) => object[path] ?? '';
  const cases: [string, boolean][] = [
    ['', true],
    ['metadata.name=a', true],
    ['metadata.name!=a', false],
    ['metadata.name=a,spec.type!=y', true],
    ['metadata.name=a,spec.type=y', false],
    ['spec.none=', true],
    ['spec.none!=', false],
  ];
  for (const [text, expected] of cases) t.equal(parseFieldSelector(text).matches(get), expected, text);
  t.equal(everyField.isEmpty, true);
  t.equal(parseFieldSelector('metadata.name=a').exactMatch('metadata.name'), 'a');
  t.equal(parseFieldSelector('metadata.name!=a').exactMatch('metadata.name'), undefined);
  t.end();
});

t.test('a malformed field selector is a bad request in upstream words', (t) => {
  const cases: [string, string][] = [
    ['abc', "invalid selector: 'abc'; can't understand 'abc'"],
    ['a=b,c', "invalid selector: 'a=b,c'; can't understand 'c'"],
    ['a=b=c', 'invalid field selector: unescaped character in value: 61'],
    [String.raw`a=\b`, String.raw`invalid field selector: invalid escape sequence: \b`],
    ['a=b\\', 'invalid field selector: invalid escape sequence: \\'],
  ];
  for (const [text, message] of cases) {
    t.throws(() => parseFieldSelector(text), { message, status: { code: 400, reason: 'BadRequest' } }, text);
  }
  t.end();
});

t.test('a path that a kind cannot be selected by is a bad request', (t) => {
  const check = (text: string, declared?: string[]) => () => checkFieldSelector(parseFieldSelector(text), declared);
  t.doesNotThrow(check('metadata.name=a,metadata.namespace!=b'));
  t.doesNotThrow(check('spec.type=a', ['spec.type']));
  t.throws(check('spec.type=a'), {
    message: '"spec.type" is not a known field selector: only "metadata.name", "metadata.namespace"',
  });
  t.throws(check('spec.other=a', ['spec.type']), { message: 'field label not supported: spec.other' });
  t.end();
});
