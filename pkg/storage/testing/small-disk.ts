import { execFile } from 'node:child_process';
import { getuid } from 'node:process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Runs a function while a file system of one megabyte is mounted on a folder, and unmounts it whatever happens. Answers with the
 * reason when it cannot be mounted.
 */
export async function withSmallDisk(folder: string, use: () => Promise<void>): Promise<string | undefined> {
  if (getuid?.() !== 0) return 'only root may mount a small file system';
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=0700', 'tmpfs', folder]);
  } catch (error) {
    return `a small file system cannot be mounted: ${error instanceof Error ? error.message.trim() : String(error)}`;
  }
  try {
    await use();
  } finally {
    await run('umount', [folder]);
  }
  return undefined;
}

/** Makes a mounted small disk read-only, or writable again. */
export async function remount(folder: string, mode: 'ro' | 'rw'): Promise<void> {
  await run('mount', ['-o', `remount,${mode}`, folder]);
}
