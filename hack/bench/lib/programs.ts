import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs of the system, found on the PATH or where Debian keeps those for administrators. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Tells whether the system has a program. */
export function hasProgram(name: string): boolean {
  return findProgram(name) !== undefined;
}

/** Path of a program. Throws an error that says which package has it. */
export function needProgram(name: string, debianPackage: string): string {
  const path = findProgram(name);
  if (path === undefined) throw new Error(`${name} is missing: apt-get install ${debianPackage}`);
  return path;
}
