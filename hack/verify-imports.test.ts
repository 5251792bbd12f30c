import t, { type Test } from 'tap';
import { newTestProject } from './lib/test-project.ts';
import { verifyImports } from './verify-imports.ts';

const RESTRICTIONS = {
  folders: [
    { from: 'apis/meta/v1', to: [] },
    { from: 'apis/*/*', to: ['apis/meta/v1'] },
    { from: 'pkg/storage', to: ['apis/meta/v1'] },
    { from: 'pkg/storage/*', to: ['pkg/storage/*.ts'], because: 'drivers know the contract' },
    { from: 'examples', to: ['public'] },
  ],
  packages: { undici: ['pkg/storage/proxy'], lowdb: ['pkg/storage/file'] },
};

const MANIFEST = {
  name: 'sample',
  dependencies: { undici: '1', lowdb: '1', koa: '1' },
  devDependencies: { tap: '1' },
  exports: { './storage': { types: './dist/pkg/storage/index.d.ts', default: './dist/pkg/storage/index.js' } },
};

const BASE = {
  'package.json': JSON.stringify(MANIFEST),
  'hack/import-restrictions.json': JSON.stringify(RESTRICTIONS),
  'apis/meta/v1/types.ts': '',
  'apis/apps/v1/types.ts': '',
  'pkg/storage/interface.ts': '',
  'pkg/storage/index.ts': '',
  'pkg/storage/memory/memory.ts': '',
  'pkg/testing/clock.ts': '',
  'cmd/main.ts': '',
};

/** Faults of a project that holds these files. */
function check(t: Test, files: Record<string, string>): string[] {
  return verifyImports(newTestProject(t, { ...BASE, ...files }));
}

t.test('accepts the allowed directions', (t) => {
  const faults = check(t, {
    'apis/apps/v1/a.ts': "import type { X } from '../../meta/v1/types.ts';\nimport { y } from './types.ts';",
    'pkg/storage/file/a.ts':
      "import { a } from '../interface.ts';\nimport { b } from 'lowdb/node';\nimport fs from 'node:fs';",
    'pkg/storage/file/b.ts': "import { a } from './a.ts';\nconst late = await import('lowdb');",
    'pkg/storage/file/a.test.ts':
      "import t from 'tap';\nimport { clock } from '../../testing/clock.ts';\nimport koa from 'koa';",
    'examples/e/main.ts': "import { a } from '../../pkg/storage/index.ts';\nimport { b } from 'sample/storage';",
  });
  t.same(faults, []);
  t.end();
});

const rows: { name: string; file: string; source: string; fault: RegExp }[] = [
  {
    name: 'an import against the direction',
    file: 'apis/meta/v1/a.ts',
    source: "\nimport { x } from '../../../pkg/storage/interface.ts';",
    fault: /^apis\/meta\/v1\/a\.ts:2: imports pkg\/storage\/interface\.ts, but apis\/meta\/v1 may import nothing else$/,
  },
  {
    name: 'another group of the same layer',
    file: 'apis/batch/v1/a.ts',
    source: "import type { X } from '../../apps/v1/types.ts';",
    fault: /imports apis\/apps\/v1\/types\.ts, but apis\/\*\/\* may import only apis\/meta\/v1$/,
  },
  {
    name: 'a sibling driver, through a re-export over several lines',
    file: 'pkg/storage/file/a.ts',
    source: "export {\n  x,\n  y,\n} from '../memory/memory.ts';",
    fault: /^pkg\/storage\/file\/a\.ts:4: .*\(drivers know the contract\)$/,
  },
  {
    name: 'a dynamic import',
    file: 'pkg/storage/a.ts',
    source: "const x = await import('../../cmd/main.ts');",
    fault: /imports cmd\/main\.ts, but pkg\/storage may import only/,
  },
  {
    name: 'a package away from its home',
    file: 'pkg/storage/memory/a.ts',
    source: "import type { Dispatcher } from 'undici';",
    fault: /imports undici, whose home is pkg\/storage\/proxy$/,
  },
  {
    name: 'a package without a home',
    file: 'pkg/storage/a.ts',
    source: "import Koa from 'koa';",
    fault: /imports koa, which has no home/,
  },
  {
    name: 'a package that is not a dependency',
    file: 'pkg/storage/a.ts',
    source: "import t from 'tap';",
    fault: /imports tap, which package\.json does not list/,
  },
  {
    name: 'a builtin without its prefix',
    file: 'pkg/storage/a.ts',
    source: "import fs from 'fs/promises';",
    fault: /imports 'fs\/promises' without 'node:'/,
  },
  {
    name: 'test code outside of tests',
    file: 'pkg/storage/a.ts',
    source: "import { clock } from '../testing/clock.ts';",
    fault: /only tests may import tests and folders called testing/,
  },
  {
    name: 'an inner file from an example',
    file: 'examples/e/main.ts',
    source: "import { a } from '../../pkg/storage/interface.ts';",
    fault: /imports pkg\/storage\/interface\.ts, but examples may import only public/,
  },
  {
    name: 'a file that is not there',
    file: 'pkg/storage/a.ts',
    source: "import { a } from './gone.ts';",
    fault: /imports pkg\/storage\/gone\.ts, which does not exist/,
  },
  {
    name: 'a folder that no rule knows',
    file: 'pkg/new/a.ts',
    source: "import { a } from '../storage/interface.ts';",
    fault: /lies in no folder of hack\/import-restrictions\.json/,
  },
];

for (const row of rows) {
  t.test(`refuses ${row.name}`, (t) => {
    const faults = check(t, { [row.file]: row.source });
    t.equal(faults.length, 1);
    t.match(faults[0], row.fault);
    t.end();
  });
}

t.test('is not fooled by comments and strings', (t) => {
  const source = [
    "// import { x } from '../../cmd/main.ts';",
    "/* import { x } from '../../cmd/main.ts'; */",
    'const text = "import { x } from \'../../cmd/main.ts\'";',
    "import { a } from './interface.ts'; // import 'koa'",
  ].join('\n');
  t.same(check(t, { 'pkg/storage/a.ts': source }), []);
  t.end();
});
