import t from 'tap';
import {
  parseDeleteOptions,
  parseGetOptions,
  parseListOptions,
  parsePatchOptions,
  parseWriteOptions,
} from './query.ts';

const query = (text: string): URLSearchParams => new URLSearchParams(text);

t.test('list options are read from a query', (t) => {
  const { labelSelector, fieldSelector, ...rest } = parseListOptions(
    query(
      'labelSelector=a%3Db&fieldSelector=metadata.name%3Dx&watch=1&allowWatchBookmarks=true&resourceVersion=5&resourceVersionMatch=Exact&timeoutSeconds=30&limit=2&continue=t&sendInitialEvents=false&unknown=1&limit=x',
    ),
  );
  t.equal(String(labelSelector), 'a=b');
  t.equal(String(fieldSelector), 'metadata.name=x');
  t.same(rest, {
    watch: true,
    allowWatchBookmarks: true,
    resourceVersion: '5',
    resourceVersionMatch: 'Exact',
    timeoutSeconds: 30,
    limit: 2,
    continue: 't',
    sendInitialEvents: false,
  });
  const defaults = parseListOptions(query(''));
  t.ok(defaults.labelSelector.isEmpty && defaults.fieldSelector.isEmpty);
  t.match(defaults, { watch: false, allowWatchBookmarks: false, resourceVersion: '', limit: 0, continue: '' });
  t.notOk('timeoutSeconds' in defaults || 'sendInitialEvents' in defaults);
  t.end();
});

t.test('everything but false and 0 is true', (t) => {
  for (const value of ['watch', 'watch=', 'watch=true', 'watch=no', 'watch=1']) {
    t.equal(parseListOptions(query(value)).watch, true, value);
  }
  for (const value of ['watch=0', 'watch=false', 'watch=FALSE', '']) {
    t.equal(parseListOptions(query(value)).watch, false, value);
  }
  t.end();
});

t.test('integers are read as Go reads them', (t) => {
  const limit = (value: string) => parseListOptions(query(`limit=${value}`)).limit;
  t.equal(limit('-1'), -1);
  t.equal(limit('%2B7'), 7);
  t.equal(limit('9223372036854775807'), Number.MAX_SAFE_INTEGER);
  t.equal(limit('-9223372036854775808'), Number.MIN_SAFE_INTEGER);
  const faults: [string, string][] = [
    ['x', 'strconv.ParseInt: parsing "x": invalid syntax'],
    ['', 'strconv.ParseInt: parsing "": invalid syntax'],
    ['1.5', 'strconv.ParseInt: parsing "1.5": invalid syntax'],
    ['9223372036854775808', 'strconv.ParseInt: parsing "9223372036854775808": value out of range'],
  ];
  for (const [value, message] of faults) {
    t.throws(() => limit(value), { message, status: { code: 400, reason: 'BadRequest' } }, value);
  }
  t.end();
});

t.test('selectors that cannot be read are bad requests', (t) => {
  t.throws(() => parseListOptions(query('fieldSelector=abc')), {
    message: "invalid selector: 'abc'; can't understand 'abc'",
  });
  t.throws(() => parseListOptions(query('labelSelector=a,')), { message: "found '', expected: identifier after ','" });
  t.end();
});

t.test('options of other verbs are read from a query', (t) => {
  t.same(parseGetOptions(query('resourceVersion=0')), { resourceVersion: '0' });
  t.same(parseWriteOptions(query('dryRun=All&dryRun=x&fieldManager=m')), {
    dryRun: ['All', 'x'],
    fieldManager: 'm',
    fieldValidation: '',
  });
  t.equal(parsePatchOptions(query('force=true')).force, true);
  t.notOk('force' in parsePatchOptions(query('')));
  t.same(parseDeleteOptions(query('')), {});
  t.same(
    parseDeleteOptions(
      query(
        'gracePeriodSeconds=0&orphanDependents=false&propagationPolicy=Orphan&dryRun=All&ignoreStoreReadErrorWithClusterBreakingPotential=true',
      ),
    ),
    {
      gracePeriodSeconds: 0,
      orphanDependents: false,
      propagationPolicy: 'Orphan',
      dryRun: ['All'],
      ignoreStoreReadErrorWithClusterBreakingPotential: true,
    },
  );
  t.throws(() => parseDeleteOptions(query('gracePeriodSeconds=x')), {
    message: 'strconv.ParseInt: parsing "x": invalid syntax',
  });
  t.end();
});
