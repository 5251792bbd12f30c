import { stat } from 'node:fs/promises';
import { platform } from 'node:process';
import { promisify } from 'node:util';

/**
 * Waits until everything on the file systems of some folders is on the disk: syncfs(2), for which Node has no call, so that the
 * command `sync` makes it. For thousands of files it costs what a few syncs of files cost. Answers false when there is no such
 * command, or it failed.
 */
export async function syncEverything(folders: readonly string[]): Promise<boolean> {
  // That of macOS has no option for it and does not wait.
  if (platform !== 'linux') return false;
  try {
    const byDevice = new Map<number, string>();
    for (const folder of folders) byDevice.set((await stat(folder)).dev, folder);
    const { execFile } = await import('node:child_process');
    await promisify(execFile)('sync', ['--file-system', ...byDevice.values()]);
    return true;
  } catch {
    return false;
  }
}
