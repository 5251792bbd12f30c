import t from 'tap';
import { type FileReport, TapReport } from './tap-report.ts';

function read(text: string): FileReport[] {
  const files: FileReport[] = [];
  const report = new TapReport((file) => files.push(file));
  for (const line of text.split('\n')) report.line(line);
  report.end();
  return files;
}

t.test('counts the assertions at the leaves, not the tests around them', (t) => {
  const [file, ...rest] = read(`TAP version 14
1..1
# Subtest: pkg/x/a.test.ts
    # Subtest: adds
        ok 1 - should be equal
        # Subtest: deep
            ok 1 - should be equal
            1..1
        ok 2 - deep # time=2.497ms
        
        1..2
    ok 1 - adds # time=5.696ms
    
    ok 2 - at top level
    1..2
    # time=14.597ms
ok 1 - pkg/x/a.test.ts # time=14.597ms`);
  t.match(file, { file: 'pkg/x/a.test.ts', passed: 3, failures: [], output: [] });
  t.equal(file?.seconds.toFixed(3), '0.015');
  t.same(rest, []);
  t.end();
});

t.test('names a failure by the tests around it and keeps its detail', (t) => {
  const [file] = read(`# Subtest: a.test.ts
    # Subtest: outer
        not ok 1 - sum
          ---
          diff: |
            -2
            +1
          ...
        1..1
    not ok 1 - outer # time=19.76ms
      ---
      at: here
      ...
    1..1
not ok 1 - a.test.ts # time=48.645ms
  ---
  exitCode: 1
  ...`);
  t.same(file?.failures, [{ path: ['outer', 'sum'], detail: ['diff: |', '  -2', '  +1'] }]);
  t.equal(file?.passed, 0);
  t.end();
});

t.test('counts a crash, a timeout and an empty file as one failure each', (t) => {
  const files = read(`# Subtest: crash.test.ts
    1..0 # no tests found
not ok 1 - crash.test.ts # time=363.306ms
  ---
  exitCode: 3
  ...
# Subtest: empty.test.ts
    hello
    1..0 # no tests found
ok 2 - empty.test.ts # SKIP no tests found
not ok 3 - timeout!
  ---
  expired: late.test.ts
  ...
# Subtest: hollow.test.ts
    # Subtest: nothing
        1..0
    ok 1 - nothing # time=1ms
    1..1
ok 4 - hollow.test.ts # time=1ms`);
  t.same(
    files.map((file) => file.failures.map((failure) => failure.path.join(' '))),
    [['crash.test.ts'], ['ran no test'], ['timeout!'], ['holds no assertion']],
  );
  t.same(files[0]?.failures[0]?.detail, ['exitCode: 3']);
  t.same(files[1]?.output, ['hello']);
  t.end();
});

t.test('lets a file be that skips everything and says why', (t) => {
  const [file] = read(`# Subtest: a.test.ts
    ok 1 - needs Go # SKIP there is no Go on this machine
    1..1
ok 1 - a.test.ts # time=1ms`);
  t.match(file, { passed: 0, failures: [] });
  t.end();
});

t.test('does not count what is skipped or to do', (t) => {
  const [file] = read(`# Subtest: a.test.ts
    ok 1 - skipped # SKIP why
    ok 2 - later # TODO
    not ok 3 - known # TODO
    ok 4 - real
    1..4
ok 1 - a.test.ts # time=1ms`);
  t.match(file, { passed: 1, failures: [] });
  t.end();
});
