/**
 * `npm run test:e2e [-- file …]`: the end-to-end suites, one after the other, with real processes and a real kubectl. Ends with the
 * line `N passed, N failed`.
 */
import { globSync } from 'node:fs';
import { ROOT } from '../lib/files.ts';
import { buildTapOnce, runTap } from '../test/run-tap.ts';
import { findKubectl } from './harness/kubectl-binary.ts';

const wanted = process.argv.slice(2);
const files = wanted.length > 0 ? wanted : globSync('hack/e2e/**/*.e2e.ts', { cwd: ROOT }).toSorted();

// Fetched before the first suite, so that its clock does not run while a download does.
console.log(`kubectl: ${await findKubectl()}`);
await buildTapOnce();
const { passed, failed } = await runTap(['--jobs=1', '--timeout=600', ...files]);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
