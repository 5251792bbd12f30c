/**
 * `npm run build`: compiles what the package holds, without tests, into dist/. What an earlier build left there goes first, so that
 * a removed source cannot live on in the package.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './lib/files.ts';
import { runCommand } from './lib/run-command.ts';

for (const folder of ['apis', 'pkg', 'cmd']) rmSync(join(ROOT, 'dist', folder), { recursive: true, force: true });
const { code, output } = await runCommand(['tsc', '--project', 'hack/tsconfig.build.json']);
process.stdout.write(output);
process.exitCode = code;
