import t from 'tap';
import { isStatusError } from '../errors/status-error.ts';
import { parseLabelSelector } from './parse.ts';
import { everyLabel, newLabelSelector } from './selector.ts';

t.test('a label selector has a canonical text, which parses to itself', (t) => {
  const cases: [string, string][] = [
    ['', ''],
    ['  ', ''],
    ['a', 'a'],
    ['!a', '!a'],
    ['! a', '!a'],
    ['a=b', 'a=b'],
    ['a==b', 'a==b'],
    ['a != b', 'a!=b'],
    ['a=', 'a='],
    ['a=,b', 'a=,b'],
    ['a>1', 'a>1'],
    ['a < 1', 'a<1'],
    ['a in (c, b ,c)', 'a in (b,c)'],
    ['a notin (b)', 'a notin (b)'],
    ['a in (b,)', 'a in (,b)'],
    ['a in (,b)', 'a in (,b)'],
    ['a in (b,,c)', 'a in (,b,c)'],
    ['z,y=1,\tx in (1)\r\n', 'x in (1),y=1,z'],
    ['in in (in,notin)', 'in in (in,notin)'],
    ['notin', 'notin'],
    ['example.com/name=v', 'example.com/name=v'],
    ['a=b,a!=c', 'a=b,a!=c'],
  ];
  for (const [text, canonical] of cases) {
    const selector = parseLabelSelector(text);
    t.equal(selector.toString(), canonical, JSON.stringify(text));
    t.equal(parseLabelSelector(canonical).toString(), canonical, `${canonical} again`);
  }
  // The one text that upstream writes and cannot read.
  t.equal(parseLabelSelector('a in (,)').toString(), 'a in ()');
  t.end();
});

t.test('a label selector matches', (t) => {
  const cases: [string, Record<string, string>, boolean][] = [
    ['', { a: 'b' }, true],
    ['a', { a: '' }, true],
    ['a', {}, false],
    ['!a', {}, true],
    ['!a', { a: 'x' }, false],
    ['a=b', { a: 'b', c: 'd' }, true],
    ['a=b', { a: 'c' }, false],
    ['a=b', {}, false],
    ['a=', { a: '' }, true],
    ['a=', {}, false],
    ['a!=b', {}, true],
    ['a!=b', { a: 'b' }, false],
    ['a!=b', { a: 'c' }, true],
    ['a in (b,c)', { a: 'c' }, true],
    ['a in (b,c)', {}, false],
    ['a notin (b,c)', {}, true],
    ['a notin (b,c)', { a: 'b' }, false],
    ['a notin (b,c)', { a: 'd' }, true],
    ['a>1', { a: '2' }, true],
    ['a>1', { a: '1' }, false],
    ['a>1', { a: 'x' }, false],
    ['a>1', {}, false],
    ['a<9223372036854775807', { a: '9223372036854775806' }, true],
    ['a<1', { a: '-2' }, true],
    ['a<1', { a: '99999999999999999999' }, false],
    ['app in (one,two),tier!=x,!none', { app: 'two' }, true],
    ['app in (one,two),tier!=x,!none', { app: 'one', tier: 'x' }, false],
    ['constructor', {}, false],
    ['!toString', {}, true],
  ];
  for (const [text, labels, expected] of cases) {
    t.equal(parseLabelSelector(text).matches(labels), expected, `${text} on ${JSON.stringify(labels)}`);
  }
  t.equal(parseLabelSelector('!a').matches(undefined), true, 'an object without labels');
  t.equal(everyLabel.isEmpty, true);
  t.equal(newLabelSelector([{ key: 'a', operator: '=', values: ['b'] }]).toString(), 'a=b');
  t.end();
});

t.test('a malformed label selector is a bad request in upstream words', (t) => {
  const name =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
  const value =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
  const cases: [string, string][] = [
    [',', "found ',', expected: !, identifier, or 'end of string'"],
    ['=a', "found '=', expected: !, identifier, or 'end of string'"],
    ['a,', "found '', expected: identifier after ','"],
    ['a,,b', "found ',', expected: identifier after ','"],
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['a=b c', "found 'c', expected: ',' or 'end of string'"],
    ['!', "unable to parse requirement: found '', expected: identifier"],
    ['!!a', "unable to parse requirement: found '!', expected: identifier"],
    ['!a=b', "found '=', expected: ',' or 'end of string'"],
    ['a===b', "unable to parse requirement: found '=', expected: identifier"],
    ['a=(b)', "unable to parse requirement: found '(', expected: identifier"],
    ['a in b', "unable to parse requirement: found 'b' expected: '('"],
    ['a in', "unable to parse requirement: found '' expected: '('"],
    ['a in (', "unable to parse requirement: found '', expected: ',', ')' or identifier"],
    ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['a in (b c)', "unable to parse requirement: found 'c', expected: ',' or ')'"],
    ['a in (b,', "unable to parse requirement: found '', expected: ',', or identifier"],
    [
      'a in ()',
      "unable to parse requirement: values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty",
    ],
    [
      'a>x',
      "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer",
    ],
    ['-a', `unable to parse requirement: <nil>: Invalid value: "-a": name part ${name}`],
    [
      'a/b/c',
      `unable to parse requirement: <nil>: Invalid value: "a/b/c": a valid label key ${name} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ],
    ['/a', 'unable to parse requirement: <nil>: Invalid value: "/a": prefix part must be non-empty'],
    ['app=a-', `unable to parse requirement: values[0][app]: Invalid value: "a-": ${value}`],
    [
      `app in (a-,${'x'.repeat(64)})`,
      `unable to parse requirement: [values[0][app]: Invalid value: "a-": ${value}, values[1][app]: Invalid value: "${'x'.repeat(64)}": must be no more than 63 bytes]`,
    ],
  ];
  for (const [text, message] of cases) {
    try {
      parseLabelSelector(text);
      t.fail(`${text} was accepted`);
    } catch (error) {
      if (!isStatusError(error)) throw error;
      t.same([error.code, error.status.reason, error.message], [400, 'BadRequest', message], text);
    }
  }
  t.end();
});
