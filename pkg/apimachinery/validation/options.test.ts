import t from 'tap';
import { newInvalid } from '../errors/constructors.ts';
import { parseDeleteOptions, parseListOptions, parsePatchOptions, parseWriteOptions } from '../runtime/query.ts';
import { toFieldErrorMessage } from './field-error.ts';
import { validateDeleteOptions, validateListOptions, validatePatchOptions, validateWriteOptions } from './options.ts';

t.test('options of writes are judged in upstream words', (t) => {
  const cases: [string, string[]][] = [
    ['', []],
    ['dryRun=All&fieldManager=me&fieldValidation=Strict', []],
    ['dryRun=Some', ['dryRun: Unsupported value: ["Some"]: supported values: "All"']],
    ['dryRun=All&dryRun=All', []],
    [
      'fieldValidation=Maybe',
      ['fieldValidation: Unsupported value: "Maybe": supported values: "", "Ignore", "Strict", "Warn"'],
    ],
    [`fieldManager=${'m'.repeat(128)}`, []],
    [`fieldManager=${'m'.repeat(129)}`, ['fieldManager: Too long: may not be more than 128 bytes']],
    ['fieldManager=é%00', ['fieldManager: Invalid value: "é\\x00": invalid character U+0000 (at position 2)']],
  ];
  for (const [query, expected] of cases) {
    const options = parseWriteOptions(new URLSearchParams(query));
    t.same(validateWriteOptions(options).map(toFieldErrorMessage), expected, query.slice(0, 40));
  }
  const [error] = validateWriteOptions(parseWriteOptions(new URLSearchParams('dryRun=Some')));
  t.equal(
    newInvalid({ group: 'meta.k8s.io', kind: 'CreateOptions' }, '', error === undefined ? [] : [error]).message,
    'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"',
  );
  t.end();
});

t.test('options of patches depend on the kind of patch', (t) => {
  const validate = (query: string, isApply: boolean) =>
    validatePatchOptions(parsePatchOptions(new URLSearchParams(query)), isApply).map(toFieldErrorMessage);
  t.same(validate('fieldManager=a&force=true', true), []);
  t.same(validate('', true), ['fieldManager: Required value: is required for apply patch']);
  t.same(validate('force=false', false), ['force: Forbidden: may not be specified for non-apply patch']);
  t.same(validate('dryRun=x', false), ['dryRun: Unsupported value: ["x"]: supported values: "All"']);
  t.end();
});

t.test('options of deletes are judged in upstream words', (t) => {
  const validate = (query: string) =>
    validateDeleteOptions(parseDeleteOptions(new URLSearchParams(query))).map(toFieldErrorMessage);
  t.same(validate(''), []);
  t.same(validate('propagationPolicy=Background&gracePeriodSeconds=0&dryRun=All'), []);
  t.same(validate('propagationPolicy=Nope'), [
    'propagationPolicy: Unsupported value: "Nope": supported values: "Foreground", "Background", "Orphan", "nil"',
  ]);
  t.same(validate('propagationPolicy=Orphan&orphanDependents=true&dryRun=x'), [
    'propagationPolicy: Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set',
    'dryRun: Unsupported value: ["x"]: supported values: "All"',
  ]);
  t.end();
});

t.test('options of lists and watches are judged in upstream words', (t) => {
  const match = 'resourceVersionMatch';
  const cases: [string, string[]][] = [
    ['', []],
    ['resourceVersion=5&resourceVersionMatch=Exact', []],
    ['resourceVersion=0&resourceVersionMatch=NotOlderThan', []],
    [
      'resourceVersionMatch=Exact',
      [`${match}: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided`],
    ],
    [
      'resourceVersionMatch=Exact&resourceVersion=0',
      [`${match}: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"`],
    ],
    [
      'resourceVersionMatch=Foo&resourceVersion=1',
      [`${match}: Unsupported value: "Foo": supported values: "Exact", "NotOlderThan", ""`],
    ],
    [
      'resourceVersionMatch=Exact&resourceVersion=1&continue=x',
      [`${match}: Forbidden: resourceVersionMatch is forbidden when continue is provided`],
    ],
    [
      'sendInitialEvents=true&resourceVersionMatch=NotOlderThan',
      [
        `${match}: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided`,
        'sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list',
      ],
    ],
    ['watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan', []],
    [
      'watch=true&sendInitialEvents=true',
      [`${match}: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan`],
    ],
    [
      'watch=true&resourceVersionMatch=NotOlderThan&resourceVersion=1',
      [`${match}: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided`],
    ],
    [
      'watch=true&sendInitialEvents=false&resourceVersionMatch=Exact',
      [
        `${match}: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan`,
        `${match}: Unsupported value: "Exact": supported values: "NotOlderThan"`,
      ],
    ],
    [
      'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&continue=x',
      [`${match}: Forbidden: resourceVersionMatch is forbidden when continue is provided`],
    ],
  ];
  for (const [query, expected] of cases) {
    const options = parseListOptions(new URLSearchParams(query));
    t.same(validateListOptions(options).map(toFieldErrorMessage), expected, query);
  }
  t.end();
});
