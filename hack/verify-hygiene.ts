/**
 * Checks what no tracked file may hold: the registry that a lock file was made with, paths of somebody's machine, keys and tokens;
 * that the changelog has a place for the next change; and that the lock file serves every platform.
 *
 * Usage: node hack/verify-hygiene.ts [root]
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Packages, missingPlatformPackages } from './complete-lockfile.ts';
import { ROOT, projectFiles } from './lib/files.ts';

interface Rule {
  readonly name: string;
  readonly pattern: RegExp;
  /** Files in which it may stand. */
  readonly except?: RegExp;
}

// The patterns are written so that they do not find themselves.
const RULES: readonly Rule[] = [
  { name: 'a registry address', pattern: /"resolved":\s*"https?:/, except: /\.ts$/ },
  { name: 'a registry address', pattern: /\bregistry\s*[=:]\s*"?https?:/ },
  { name: 'a path of one machine', pattern: /(?<![\w.:/])\/(?:work|root|home\/\w+|Users\/\w+)\/\w/ },
  { name: 'a private key', pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:\\n|\s)+[A-Za-z0-9+/]{40}/ },
  { name: 'a client key in a kubeconfig', pattern: /client-key-data:\s*["']?[A-Za-z0-9+/]{60}/ },
  { name: 'a cloud access key', pattern: /\bAKIA[0-9A-Z]{16}\b/ },
  { name: 'a GitHub token', pattern: /\bgh[pousr]_[A-Za-z0-9]{36}\b|\bgithub_pat_[A-Za-z0-9_]{40}/ },
  { name: 'an npm token', pattern: /\bnpm_[A-Za-z0-9]{36}\b|_authToken\s*=\s*[^$\s]/ },
  { name: 'a signed JSON web token', pattern: /\beyJ[\w-]{20,}\.eyJ[\w-]{20,}\.[\w-]{20,}/ },
  { name: 'a merge conflict', pattern: /^(?:<{7}|>{7}) /m },
];

/** One sentence for each thing that should not be in the repository. */
export function verifyHygiene(root: string): string[] {
  const faults = projectFiles(root).flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return text.includes('\0') ? [] : findIn(file, text);
  });
  return [...faults, ...checkChangelog(root), ...checkLockfile(root)];
}

function checkChangelog(root: string): string[] {
  const changelog = projectFiles(root).includes('CHANGELOG.md') ? readFileSync(join(root, 'CHANGELOG.md'), 'utf8') : '';
  return /^## \[?Unreleased\]?\s*$/m.test(changelog) ? [] : ['CHANGELOG.md: has no section "## Unreleased"'];
}

/** `npm ci` refuses a lock file that leaves out a platform, on every platform. */
function checkLockfile(root: string): string[] {
  if (!existsSync(join(root, 'package-lock.json'))) return [];
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Packages };
  const missing = Object.keys(missingPlatformPackages(packages));
  if (missing.length === 0) return [];
  const [first = ''] = missing;
  return [
    `package-lock.json: lacks ${missing.length} platform packages such as ${first}, so "npm ci" refuses it; run "node hack/complete-lockfile.ts"`,
  ];
}

function findIn(file: string, text: string): string[] {
  return RULES.flatMap(({ name, pattern, except }) => {
    if (except?.test(file) === true) return [];
    const match = pattern.exec(text);
    if (match === null) return [];
    const line = text.slice(0, match.index).split('\n').length;
    return [`${file}:${line}: holds ${name}`];
  });
}

if (import.meta.main) {
  const faults = verifyHygiene(process.argv[2] ?? ROOT);
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
}
