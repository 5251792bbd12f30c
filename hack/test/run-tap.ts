import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type FileReport, TapReport } from './tap-report.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TAP = fileURLToPath(new URL('../../node_modules/tap/dist/esm/run.mjs', import.meta.url));
const TAP_BUILT = new URL('../../node_modules/@tapjs/test/test-built/dist/esm/index.js', import.meta.url);

/** How many assertions held and how many did not. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
}

/**
 * Makes tap ready for its first run in a fresh clone. Its package ships a test class that loads every default plugin, among them
 * the TypeScript one that dies under TypeScript 7; `tap build` generates it anew without the plugins that package.json turns off.
 */
export async function buildTapOnce(): Promise<void> {
  const built = await readFile(TAP_BUILT, 'utf8').catch(() => '@tapjs/typescript');
  if (!built.includes('@tapjs/typescript')) return;
  const code = await exitCode(spawn(process.execPath, [TAP, 'build'], { cwd: ROOT, stdio: 'inherit' }));
  if (code !== 0) throw new Error(`tap build ended with exit code ${code}`);
}

/** Runs tap with these arguments, prints one line a file with every failure below it, and answers with the totals. */
export async function runTap(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Totals> {
  const totals = { passed: 0, failed: 0 };
  const report = new TapReport((file) => {
    print(file);
    totals.passed += file.passed;
    totals.failed += file.failures.length;
  });
  const child = spawn(process.execPath, [TAP, '--reporter=tap', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: `${ROOT}.cache/compile`, ...environment },
  });
  const ended = exitCode(child);
  for await (const line of createInterface({ input: child.stdout })) report.line(line);
  report.end();
  const code = await ended;
  if (code !== 0 && totals.failed === 0) {
    process.stdout.write(`tap ended with exit code ${code} although no test failed\n`);
    totals.failed += 1;
  }
  return totals;
}

function print(file: FileReport): void {
  const verdict = file.failures.length === 0 ? 'ok  ' : 'FAIL';
  process.stdout.write(`${verdict} ${file.file}  ${file.passed} passed  ${file.seconds.toFixed(2)}s\n`);
  if (file.failures.length === 0) return;
  for (const failure of file.failures) {
    process.stdout.write(`     ${failure.path.join(' > ')}\n`);
    for (const line of failure.detail) process.stdout.write(`       ${line}\n`);
  }
  if (file.output.length > 0)
    process.stdout.write(`     printed:\n       ${file.output.slice(-60).join('\n       ')}\n`);
}

/** Resolves with the exit code of a child, or 1 when a signal ended it. */
function exitCode(child: ReturnType<typeof spawn>): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
