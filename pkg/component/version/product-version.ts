import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The product's version, from the package.json above this file: the checkout's for the source, the package's for a build.
 * Throws when there is none.
 */
export function readProductVersion(start: string = import.meta.dirname): string {
  for (let folder = start; ; folder = dirname(folder)) {
    const version = readVersion(join(folder, 'package.json'));
    if (version !== undefined) return version;
    if (folder === dirname(folder)) throw new Error(`no package.json of tributary above ${start}`);
  }
}

function readVersion(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const { name, version } = JSON.parse(readFileSync(path, 'utf8')) as { name?: unknown; version?: unknown };
  return name === 'tributary' && typeof version === 'string' ? version : undefined;
}
