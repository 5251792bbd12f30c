import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A file with manifests, or why it cannot be read. */
export type FileContent =
  | { readonly file: string; readonly text: string }
  | { readonly file: string; readonly error: Error };

/** Larger files are no manifests. */
const maxFileBytes = 16 * 1024 * 1024;

/**
 * The manifests at a path: the file itself, or what is in the folder with a name in `.yaml`, `.yml` or `.json`, in the order of the
 * names. Rejects when the path cannot be read at all, so that this is not taken for an empty folder.
 */
export async function readManifestFiles(path: string): Promise<FileContent[]> {
  const files = (await stat(path)).isDirectory() ? await listFolder(path) : [path];
  return Promise.all(files.map(readOne));
}

async function listFolder(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => /\.(ya?ml|json)$/.test(name) && !name.startsWith('.'))
    .toSorted()
    .map((name) => join(folder, name));
}

async function readOne(file: string): Promise<FileContent> {
  try {
    const { size } = await stat(file);
    if (size > maxFileBytes) throw new Error(`has ${size} bytes; a file of manifests has at most ${maxFileBytes}`);
    return { file, text: await readFile(file, 'utf8') };
  } catch (error) {
    return { file, error: error instanceof Error ? error : new Error(String(error)) };
  }
}
