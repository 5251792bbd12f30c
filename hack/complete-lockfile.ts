/**
 * Completes package-lock.json after `npm install`: adds the platform packages (such as `@oxlint/binding-darwin-arm64`) that the
 * registry at hand does not carry. npm leaves those out of the lock file, and `npm ci` then refuses it on every machine. Their
 * versions are exact in the packages that want them; a machine that needs one gets it from a registry that has it.
 *
 * Usage: node hack/complete-lockfile.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './lib/files.ts';

/** What of a locked package matters here. */
export interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The `packages` of a lock file: place in the tree → package. */
export type Packages = Record<string, LockedPackage>;

const SYSTEMS: Readonly<Record<string, string>> = {
  android: 'android',
  darwin: 'darwin',
  freebsd: 'freebsd',
  linux: 'linux',
  openharmony: 'openharmony',
  win: 'win32',
  win32: 'win32',
};
const PROCESSORS = ['arm', 'arm64', 'ia32', 'ppc64', 'riscv64', 's390x', 'x64'];

/** The lock entries that are missing, by their place in the tree. */
export function missingPlatformPackages(packages: Packages): Record<string, object> {
  const missing: Record<string, object> = {};
  for (const { dev, optionalDependencies = {} } of Object.values(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const place = `node_modules/${name}`;
      const platform = platformOf(name);
      if (packages[place] !== undefined || platform === undefined) continue;
      if (!/^\d+\.\d+\.\d+/.test(version)) throw new Error(`${name} is wanted as ${version}, which is not one version`);
      missing[place] = { version, ...(dev === true ? { dev } : {}), optional: true, ...platform };
    }
  }
  return missing;
}

/** What a platform package's name says about where it fits, or `undefined` when it is not one. */
function platformOf(name: string): { cpu: string[]; os: string[]; libc?: string[] } | undefined {
  const words = name.split(/[-/]/);
  const system = words.map((word) => SYSTEMS[word]).find((found) => found !== undefined);
  const processor = words.find((word) => PROCESSORS.includes(word));
  if (system === undefined || processor === undefined) return undefined;
  const library = words.some((word) => word.startsWith('musl'))
    ? 'musl'
    : words.some((word) => word.startsWith('gnu'))
      ? 'glibc'
      : undefined;
  return {
    cpu: [processor],
    os: [system],
    ...(system === 'linux' && library !== undefined ? { libc: [library] } : {}),
  };
}

if (import.meta.main) {
  const file = join(ROOT, 'package-lock.json');
  const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Packages };
  const missing = missingPlatformPackages(lock.packages);
  const all = Object.entries({ ...lock.packages, ...missing }).toSorted(([a], [b]) => a.localeCompare(b, 'en'));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(all) }, null, 2)}\n`);
  console.log(`${Object.keys(missing).length} platform packages added to package-lock.json`);
}
