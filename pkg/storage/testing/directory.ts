import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Puts a file into a directory: text as it is, anything else as JSON. */
export async function putFile(directory: string, path: string, content: unknown): Promise<void> {
  await mkdir(dirname(join(directory, path)), { recursive: true });
  await writeFile(join(directory, path), typeof content === 'string' ? content : JSON.stringify(content));
}

/** All files of a directory, relative to it, in order. */
export async function filesOf(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1)).toSorted();
}

/** Waits until a directory has these files and no other, relative to it, in order; rejects after five seconds. */
export async function untilFiles(directory: string, files: readonly string[]): Promise<void> {
  const deadline = performance.now() + 5_000;
  for (;;) {
    const found = await filesOf(directory);
    if (found.join() === files.join()) return;
    if (performance.now() > deadline) throw new Error(`not in time: ${files.join(' ')}, but ${found.join(' ')}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
