/**
 * `npm test [-- file or glob …]`: the unit and integration tests. Ends with the line `N passed, N failed`; the exit code is 1
 * when something failed or nothing ran.
 */
import { buildTapOnce, runTap } from './run-tap.ts';

await buildTapOnce();
const { passed, failed } = await runTap([
  '--include={apis,pkg,cmd,examples,hack}/**/*.test.ts',
  ...process.argv.slice(2),
]);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
