import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Test } from 'tap';

/** Makes a repository that holds these files, for the tests of the checks, and answers with its path. */
export function newTestProject(t: Test, files: Readonly<Record<string, string>>): string {
  const root = t.testdir({});
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  execFileSync('git', ['init', '--quiet'], { cwd: root });
  return root;
}
