import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the repository, without a trailing slash. */
export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Folders that hold TypeScript. */
export const SOURCE_FOLDERS: readonly string[] = ['apis', 'pkg', 'cmd', 'examples', 'hack'];

/**
 * Files that are tracked or about to be (new and not ignored), relative to the repository and with forward slashes, as git
 * names them. Ignored and deleted files are not among them.
 */
export function projectFiles(root: string = ROOT): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return [...new Set(listed.split('\0'))].filter((file) => file !== '' && existsSync(join(root, file))).toSorted();
}

/** Every TypeScript file of the source folders. */
export function sourceFiles(root: string = ROOT): string[] {
  return projectFiles(root).filter(
    (file) => file.endsWith('.ts') && SOURCE_FOLDERS.some((folder) => file.startsWith(`${folder}/`)),
  );
}

/** Whether a file is a test or exists for tests only: contract suites and fixtures are in folders called `testing`. */
export function isTest(file: string): boolean {
  return /\.(test|test-d|e2e)\.ts$/.test(file) || /(?:^|\/)testing\//.test(file);
}
