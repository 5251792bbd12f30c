/**
 * `npm run test:e2e [-- file …]`: the end-to-end suites, one after the other, with real processes and a real kubectl. Ends with the
 * line `N passed, N failed`.
 */
import { globSync } from 'node:fs';
import { ROOT } from '../lib/files.ts';
import { buildTapOnce, runTap } from '../test/run-tap.ts';
import { GUESTS, buildGuest } from './guests/programs.ts';
import { findKubectl } from './harness/kubectl-binary.ts';

const wanted = process.argv.slice(2);
const files = wanted.length > 0 ? wanted : globSync('hack/e2e/**/*.e2e.ts', { cwd: ROOT }).toSorted();

// Fetched and built before the first suite, so that its clock does not run while a download or a compiler does.
console.log(`kubectl: ${await findKubectl()}`);
for (const guest of files.some((file) => file.includes('guests')) ? GUESTS : []) {
  const { path, seconds } = await buildGuest(guest);
  console.log(`${guest}: ${path}, built in ${seconds.toFixed(1)}s`);
}
await buildTapOnce();
const { passed, failed } = await runTap(['--jobs=1', '--timeout=600', ...files]);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
