/**
 * Links `node_modules/.bin/node` to the pinned Node after `npm ci`, where npm has not: the packages of all platforms bring a program
 * called `node`, and npm 10 removes the link again when it drops those of other platforms.
 *
 * Runs as the `prepare` script, on whatever Node the machine has; hence JavaScript.
 */
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = fileURLToPath(new URL('../node_modules', import.meta.url));
const windows = process.platform === 'win32';
const platform = `${windows ? 'win' : process.platform}-${process.arch}`;
const program = windows ? 'node.exe' : 'node';
const link = join(modules, '.bin', windows ? 'node.cmd' : 'node');

const found = [`node-${platform}`, `node-bin-${platform}`].find((name) =>
  existsSync(join(modules, name, 'bin', program)),
);
if (found === undefined) {
  console.error(`No Node is pinned for ${platform}: the scripts run with ${process.version} of this machine.`);
} else if (!existsSync(link)) {
  mkdirSync(join(modules, '.bin'), { recursive: true });
  if (windows) writeFileSync(link, `@"%~dp0\\..\\${found}\\bin\\${program}" %*\r\n`);
  else symlinkSync(join('..', found, 'bin', program), link);
}
