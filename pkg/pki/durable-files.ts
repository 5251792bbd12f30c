import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Leftovers of a crash are removed once they are this old; younger ones may still be in use by another process. */
const temporaryLife = 3_600_000;

/** Makes a folder that only its owner can enter, and closes one that was open to others. */
export async function ensurePrivateFolder(folder: string): Promise<void> {
  const created = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (created !== undefined) {
    await syncFolder(dirname(created));
    return;
  }
  const { mode } = await stat(folder);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) await chmod(folder, 0o700);
}

/**
 * Writes a file (mode 0600) so that, at any moment and after a crash, its path holds the old content or the new one, never a part.
 * The content is on the disk when the promise resolves.
 */
export async function writeFileDurably(path: string, content: string): Promise<void> {
  await moveIntoPlace(await writeTemporary(path, content), path);
  await syncFolder(dirname(path));
}

/** Writes a file durably unless it has this very content; answers whether it was written. */
export async function writeFileIfChanged(path: string, content: string): Promise<boolean> {
  // whatever keeps the old content from being read, writing anew is the answer, or fails with the true cause
  const old = await readFile(path, 'utf8').catch(() => undefined);
  if (old === content) return false;
  await writeFileDurably(path, content);
  return true;
}

/** Writes a synced file beside `path` and gives its name; one that could not be written completely is removed. */
export async function writeTemporary(path: string, content: string): Promise<string> {
  const temporary = join(dirname(path), `${temporaryPrefix(path)}${randomBytes(6).toString('hex')}.tmp`);
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  return temporary;
}

/** Renames a temporary file to its final path; when that fails, the temporary file is removed. */
export async function moveIntoPlace(temporary: string, path: string): Promise<void> {
  try {
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** The temporary files that were written for a path and neither moved nor removed. */
export async function listTemporaries(path: string): Promise<readonly string[]> {
  const names = await readdir(dirname(path));
  const prefix = temporaryPrefix(path);
  return names
    .filter((name) => name.startsWith(prefix) && name.endsWith('.tmp'))
    .map((name) => join(dirname(path), name));
}

/** Removes the temporary files that a crash has left for a path. */
export async function sweepTemporaries(path: string, now: number): Promise<void> {
  for (const temporary of await listTemporaries(path)) {
    // gone already when its writer has finished in the meantime
    const found = await stat(temporary).catch(() => undefined);
    if (found !== undefined && now - found.mtimeMs > temporaryLife) await rm(temporary, { force: true });
  }
}

/** Makes the names in a folder durable; without it a renamed file can be gone after a power loss. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open folders; NTFS journals names by itself
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function temporaryPrefix(path: string): string {
  return `.${basename(path)}.`;
}
