/**
 * `npm run verify`: every check that needs no server, two at a time, one line each. The output of a failed check follows its line;
 * any failure makes the exit code 1.
 *
 * Usage: node hack/verify.ts [check …]
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, SOURCE_FOLDERS } from './lib/files.ts';
import { runCommand } from './lib/run-command.ts';

interface Check {
  readonly name: string;
  readonly command: readonly string[];
}

const folders = SOURCE_FOLDERS.filter((folder) => existsSync(join(ROOT, folder)));

// The longest first, so that two at a time end together.
const CHECKS: readonly Check[] = [
  { name: 'package', command: ['node', 'hack/verify-package.ts'] },
  { name: 'lint', command: ['oxlint', ...folders] },
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'docs', command: ['node', 'hack/verify-docs.ts'] },
  { name: 'format', command: ['oxfmt', '--check', ...folders, 'package.json', 'tsconfig.json', '.oxlintrc.json'] },
  { name: 'imports', command: ['node', 'hack/verify-imports.ts'] },
  { name: 'duplicates', command: ['node', 'hack/verify-duplicates.ts'] },
  { name: 'hygiene', command: ['node', 'hack/verify-hygiene.ts'] },
];

const AT_ONCE = 2;
const LONGEST_OUTPUT = 60;

async function runChecks(waiting: Check[], failed: string[]): Promise<void> {
  for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
    const { code, output, seconds } = await runCommand(check.command);
    console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${check.name.padEnd(11)} ${seconds.toFixed(1)}s`);
    if (code === 0) continue;
    print(check, output.trim().split('\n'));
    failed.push(check.name);
  }
}

function print(check: Check, lines: readonly string[]): void {
  for (const line of lines.slice(0, LONGEST_OUTPUT)) console.log(`       ${line}`);
  const more = lines.length - LONGEST_OUTPUT;
  if (more > 0) console.log(`       … and ${more} more lines: npx ${check.command.join(' ')}`);
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !CHECKS.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(
    `no check is called ${unknown.join(' or ')}; there are ${CHECKS.map((check) => check.name).join(', ')}`,
  );
  process.exit(2);
}
const waiting = CHECKS.filter((check) => wanted.length === 0 || wanted.includes(check.name));
const count = waiting.length;
const failed: string[] = [];
await Promise.all(Array.from({ length: AT_ONCE }, () => runChecks(waiting, failed)));
console.log(
  `${count - failed.length} passed, ${failed.length} failed${failed.length > 0 ? `: ${failed.join(', ')}` : ''}`,
);
process.exitCode = failed.length > 0 ? 1 : 0;
