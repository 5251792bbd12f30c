import t, { type Test } from 'tap';
import { missingPlatformPackages } from './complete-lockfile.ts';
import { newTestProject } from './lib/test-project.ts';
import { verifyDocs } from './verify-docs.ts';
import { verifyDuplicates } from './verify-duplicates.ts';
import { verifyHygiene } from './verify-hygiene.ts';

t.test('documents', (t) => {
  const files = {
    'package.json': '{ "scripts": { "start": "", "test": "" } }',
    'pkg/flags.ts': "option('--data-dir <path>'); env('TRIBUTARY_DATA_DIR'); option('--no-color')",
    'hack/a.ts': '',
  };
  const check = (t: Test, readme: string): string[] => verifyDocs(newTestProject(t, { ...files, 'README.md': readme }));

  t.test('may name what is there', (t) => {
    const readme = [
      'Run `npm start -- --data-dir x`, `npm test`, see `hack/a.ts`, `pkg/*.ts`, [hack](hack) and [web](https://example.com).',
      'Set `TRIBUTARY_DATA_DIR`; `tmp-storage/kubeconfig/admin.kubeconfig` is made later. `kubectl get --watch` is not ours.',
      '```sh',
      'npm start -- --no-color',
      'another-program \\',
      '  --with its-own-flag',
      '```',
    ].join('\n');
    t.same(check(t, readme), []);
    t.end();
  });

  const rows: [name: string, readme: string, fault: string][] = [
    ['a script that is gone', 'text\n`npm run gone`', 'README.md:2: npm has no script "gone" here'],
    ['a script in a block', '```sh\n\nnpm run gone\n```', 'README.md:3: npm has no script "gone" here'],
    ['a path that is gone', '`pkg/gone.ts`', 'README.md:1: pkg/gone.ts does not exist'],
    ['a pattern that nothing fits', '`pkg/*.tsx`', 'README.md:1: pkg/*.tsx does not exist'],
    ['a root file that is gone', '`SECURITY.md`', 'README.md:1: SECURITY.md does not exist'],
    ['a link that leads nowhere', '[x](hack/b.ts#l1)', 'README.md:1: links to hack/b.ts, which does not exist'],
    ['a flag that is gone', '`npm start -- --data-dirs x`', 'README.md:1: the program has no flag --data-dirs'],
    [
      'a flag on a line that goes on',
      '```\nnpm start -- \\\n  --gone\n```',
      'README.md:2: the program has no flag --gone',
    ],
    ['a flag on its own', '`--gone`', 'README.md:1: the program has no flag --gone'],
    ['a variable that nothing reads', '`TRIBUTARY_GONE=1`', 'README.md:1: nothing reads the variable TRIBUTARY_GONE'],
  ];
  for (const [name, readme, fault] of rows) {
    t.test(`may not name ${name}`, (t) => {
      t.same(check(t, readme), [fault]);
      t.end();
    });
  }
  t.end();
});

/** Twelve lines. */
function block(indent: string): string {
  return Array.from({ length: 12 }, (_, n) => `${indent}call(${n});`).join('\n');
}

function allow(files: string[]): string {
  return JSON.stringify([{ files, because: 'a test' }]);
}

t.test('duplicates', (t) => {
  const copies = {
    'pkg/a.ts': `import { x } from './x.ts';\n${block('')}\n`,
    'pkg/b.ts': `// head\nexport function b() {\n${block('    // same\n    ')}\n}\n`,
  };

  t.test('are found whatever the indentation and the comments', (t) => {
    t.same(verifyDuplicates(newTestProject(t, copies)), [
      'pkg/b.ts:4: 12 lines stand at pkg/a.ts:2 too, from "call(0);"',
    ]);
    t.end();
  });

  t.test('are found within one file', (t) => {
    const twice = { 'pkg/a.ts': `${block('')}\nmiddle();\n${block('')}\nend();` };
    t.same(verifyDuplicates(newTestProject(t, twice)), [
      'pkg/a.ts:14: 12 lines stand at pkg/a.ts:1 too, from "call(0);"',
    ]);
    t.end();
  });

  t.test('of eleven lines, of imports and in tests are none', (t) => {
    const files = {
      'pkg/a.ts': block('').split('\n').slice(1).join('\n'),
      'pkg/b.ts': block('').split('\n').slice(1).join('\n'),
      'pkg/c.test.ts': block(''),
      'pkg/d.test.ts': block(''),
      'pkg/e.ts': Array.from({ length: 20 }, (_, n) => `import { a${n} } from './a.ts';`).join('\n'),
      'pkg/f.ts': Array.from({ length: 20 }, (_, n) => `import { a${n} } from './a.ts';`).join('\n'),
    };
    t.same(verifyDuplicates(newTestProject(t, files)), []);
    t.end();
  });

  t.test('may be allowed with a reason, as long as they exist', (t) => {
    t.same(
      verifyDuplicates(
        newTestProject(t, { ...copies, 'hack/duplicates-allowed.json': allow(['pkg/b.ts', 'pkg/a.ts']) }),
      ),
      [],
    );
    t.same(verifyDuplicates(newTestProject(t, { 'hack/duplicates-allowed.json': allow(['pkg/x.ts', 'pkg/y.ts']) })), [
      'hack/duplicates-allowed.json: pkg/x.ts and pkg/y.ts share nothing any more',
    ]);
    t.end();
  });
  t.end();
});

t.test('hygiene', (t) => {
  const changelog = { 'CHANGELOG.md': '# Changelog\n\n## Unreleased\n' };
  const check = (t: Test, files: Record<string, string>): string[] =>
    verifyHygiene(newTestProject(t, { ...changelog, ...files }));
  // The gap is taken out when the file is written, so that this one is clean itself.
  const rows: [name: string, text: string][] = [
    ['a registry address', '"resolved": "ht~tps://npm.example.com/x.tgz"'],
    ['a registry address', 'registry=~https://npm.example.com'],
    ['a path of one machine', 'see /ho~me/jane/project'],
    ['a private key', `-----BEGIN EC PRIVATE ~KEY-----\n${'A'.repeat(64)}`],
    ['a client key in a kubeconfig', `client-key-data: ${'A'.repeat(64)}`],
    ['a cloud access key', `AKIA${'A'.repeat(16)}`],
    ['a GitHub token', `ghp_${'a'.repeat(36)}`],
    ['an npm token', `npm_${'a'.repeat(36)}`],
    ['a signed JSON web token', ['eyJ', 'eyJ', ''].map((start) => start + 'a'.repeat(24)).join('.')],
    ['a merge conflict', `${'<'.repeat(7)} HEAD`],
  ];
  for (const [name, text] of rows) {
    t.test(`finds ${name}`, (t) => {
      t.same(check(t, { 'a.txt': `first\n${text.replace('~', '')}\n` }), [`a.txt:2: holds ${name}`]);
      t.end();
    });
  }

  t.test('accepts ordinary text and binary files', (t) => {
    const text =
      'https://registry.example.com/docs, ./root/x, a/home/b, -----BEGIN PRIVATE KEY-----\\n<base64>, ghp_short';
    t.same(check(t, { 'a.md': text, 'b.bin': `\0npm_${'a'.repeat(36)}` }), []);
    t.end();
  });

  t.test('wants a place for the next change', (t) => {
    t.same(verifyHygiene(newTestProject(t, { 'CHANGELOG.md': '# Changelog\n\n## 1.0.0\n' })), [
      'CHANGELOG.md: has no section "## Unreleased"',
    ]);
    t.end();
  });

  t.test('wants every platform in the lock file', (t) => {
    const packages = {
      'node_modules/x': {
        version: '1.0.0',
        dev: true,
        optionalDependencies: { '@x/linux-x64-musl': '1.2.3', '@x/y-win32-arm64': '1.2.3', plain: '^1' },
      },
      'node_modules/@x/linux-x64-musl': { version: '1.2.3' },
    };
    t.match(check(t, { 'package-lock.json': JSON.stringify({ packages }) }), [
      /^package-lock\.json: lacks 1 platform packages such as node_modules\/@x\/y-win32-arm64/,
    ]);
    t.same(missingPlatformPackages(packages), {
      'node_modules/@x/y-win32-arm64': { version: '1.2.3', dev: true, optional: true, cpu: ['arm64'], os: ['win32'] },
    });
    t.end();
  });
  t.end();
});
