import t from 'tap';
import { validateDNS1035Label, validateDNS1123Label, validateDNS1123Subdomain } from './dns-names.ts';
import { validateLabelKey, validateLabelValue } from './label-names.ts';
import {
  maskTrailingDash,
  validateLabelName,
  validatePathSegmentName,
  validateServiceName,
  validateSubdomainName,
} from './name-functions.ts';

const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const label1123 =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const label1035 =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const namePart =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const labelValue =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

type Case = readonly [(value: string) => string[], string, readonly string[]];

t.test('names are judged by their rule, in upstream words', (t) => {
  const cases: readonly Case[] = [
    [validateDNS1123Subdomain, 'a', []],
    [validateDNS1123Subdomain, 'v1.example-1.com', []],
    [validateDNS1123Subdomain, 'a'.repeat(253), []],
    [validateDNS1123Subdomain, 'a'.repeat(254), ['must be no more than 253 bytes']],
    [validateDNS1123Subdomain, '', [subdomain]],
    [validateDNS1123Subdomain, 'Bad_Name', [subdomain]],
    [validateDNS1123Subdomain, 'a..b', [subdomain]],
    [validateDNS1123Subdomain, 'a-', [subdomain]],
    [validateDNS1123Subdomain, 'a\n', [subdomain]],
    [validateDNS1123Subdomain, 'é'.repeat(130), ['must be no more than 253 bytes', subdomain]],
    [validateDNS1123Label, '123-abc', []],
    [validateDNS1123Label, 'a.b', [label1123]],
    [validateDNS1123Label, 'a'.repeat(64), ['must be no more than 63 bytes']],
    [validateDNS1035Label, 'abc-123', []],
    [validateDNS1035Label, '1a', [label1035]],
    [validateDNS1035Label, '', [label1035]],
    [validateLabelKey, 'a', []],
    [validateLabelKey, 'A_b.c-D', []],
    [validateLabelKey, 'example.com/My.Name', []],
    [validateLabelKey, 'a b', [namePart]],
    [validateLabelKey, '', ['name part must be non-empty', namePart]],
    [validateLabelKey, 'a'.repeat(64), ['name part must be no more than 63 bytes']],
    [validateLabelKey, '/a', ['prefix part must be non-empty']],
    [validateLabelKey, 'Ex/a', [`prefix part ${subdomain}`]],
    [validateLabelKey, 'example.com/', ['name part must be non-empty', namePart]],
    [
      validateLabelKey,
      'a/b/c',
      [
        `a valid label key ${namePart.slice(10)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
      ],
    ],
    [validateLabelValue, '', []],
    [validateLabelValue, 'My_Value.1', []],
    [validateLabelValue, '-', [labelValue]],
    [validateLabelValue, 'c d', [labelValue]],
    [validateLabelValue, 'a'.repeat(64), ['must be no more than 63 bytes']],
  ];
  for (const [validate, value, expected] of cases) {
    t.same(validate(value), expected, `${validate.name} ${JSON.stringify(value.slice(0, 20))}`);
  }
  t.end();
});

t.test('a very long name is judged in linear time', (t) => {
  const started = performance.now();
  const name = 'a'.repeat(1_000_000);
  t.equal(validateDNS1123Subdomain(`${name}!`).length, 2);
  t.equal(validateDNS1123Subdomain('a-'.repeat(500_000)).length, 2);
  t.equal(validateLabelKey(`${name}!`).length, 2);
  t.equal(validateLabelValue(`${name}!`).length, 2);
  t.ok(performance.now() - started < 5000);
  t.end();
});

t.test('a path segment has no dots of a folder, slashes or escapes', (t) => {
  t.same(validatePathSegmentName('system:node.1', false), []);
  t.same(validatePathSegmentName('.', false), ["may not be '.'"]);
  t.same(validatePathSegmentName('..', false), ["may not be '..'"]);
  t.same(validatePathSegmentName('.', true), [], 'as a prefix');
  t.same(validatePathSegmentName('a/%b', false), ["may not contain '/'", "may not contain '%'"]);
  t.end();
});

t.test('a generateName may end where a name may not', (t) => {
  t.equal(maskTrailingDash('foo-'), 'foa');
  t.equal(maskTrailingDash('foo'), 'foo');
  t.equal(maskTrailingDash('-'), '-');
  t.same(validateSubdomainName('gen-', true), []);
  t.same(validateSubdomainName('gen-', false), [subdomain]);
  t.same(validateSubdomainName('Gen-', true), [subdomain]);
  t.same(validateLabelName('a-', true), []);
  t.same(validateLabelName('a.b-', true), [label1123]);
  t.same(validateServiceName('a-', true), []);
  t.same(validateServiceName('1ab-', true), [label1035]);
  t.end();
});
