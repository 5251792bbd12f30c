import { join } from 'node:path';
import { Low } from 'lowdb';
import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { type FolderEntry, codeOf } from './file-system.ts';
import { fileLanes, inParallel } from './in-parallel.ts';
import { isTemporaryName, newJSONFile } from './json-file.ts';
import { parseObject } from './parse-object.ts';
import { type SetAsideOptions, setAside } from './set-aside.ts';
import { toReason } from './write-failure.ts';

/** What a directory holds. */
export interface LoadedObjects {
  readonly objects: ReadonlyMap<string, KubernetesObject>;
  /** The highest revision of an object; 0 when there is none. */
  readonly revision: number;
  /** The directory has been written to before. */
  readonly used: boolean;
  /** Files and folders that could not be read or moved: nothing may be written over them. */
  readonly untouchable: ReadonlySet<string>;
}

/**
 * Reads every object of a directory, removes leftovers of a crash, and sets aside what does not belong there. Files that the
 * journal knows better are passed over, whatever they hold.
 */
export async function loadObjects(options: SetAsideOptions, journaled: ReadonlySet<string>): Promise<LoadedObjects> {
  const loader = new Loader(options, journaled);
  await loader.visit([]);
  await loader.readFiles();
  return loader;
}

/** Depth of a folder that holds objects: `<group>/<resource>`, and `<group>/<resource>/<namespace>`. */
const resourceDepth = 2;
const namespaceDepth = 3;

class Loader implements LoadedObjects {
  readonly objects = new Map<string, KubernetesObject>();
  readonly untouchable = new Set<string>();
  readonly #options: SetAsideOptions;
  readonly #journaled: ReadonlySet<string>;
  readonly #files: string[][] = [];
  revision = 0;
  used = false;

  constructor(options: SetAsideOptions, journaled: ReadonlySet<string>) {
    this.#options = options;
    this.#journaled = journaled;
  }

  /** Gathers the files below a folder. */
  async visit(folder: readonly string[]): Promise<void> {
    const { fileSystem } = this.#options;
    let entries: FolderEntry[];
    try {
      entries = await fileSystem.readFolder(this.#absolute(folder));
    } catch (error) {
      // Without its root there is no storage.
      if (folder.length === 0) throw error;
      this.#leave(folder, error);
      return;
    }
    await inParallel(entries, fileLanes, (entry) => this.#sort(entry, folder));
  }

  /** Reads the files that were gathered. */
  readFiles(): Promise<void> {
    return inParallel(this.#files, fileLanes, (file) => this.#read(file));
  }

  async #sort({ name, type }: FolderEntry, folder: readonly string[]): Promise<void> {
    const path = [...folder, name];
    if (isTemporaryName(name) && type === 'file') return this.#removeTemporary(path);
    // Hidden files are the driver's own, or belong to tools that browse or back up the directory.
    if (name.startsWith('.')) return;
    this.used = true;
    const isJournaled = this.#journaled.has(path.join('/'));
    if (isJournaled && type !== 'folder') return;
    if (type === 'folder' && !isJournaled && folder.length < namespaceDepth) return this.visit(path);
    if (type === 'file' && folder.length >= resourceDepth && name.endsWith('.json')) this.#files.push(path);
    else
      await this.#setAside(
        path,
        type === 'folder' ? 'is a folder that does not belong there' : 'is not an object file',
      );
  }

  async #read(path: readonly string[]): Promise<void> {
    const { fileSystem } = this.#options;
    const file = newJSONFile({ fileSystem, path: this.#absolute(path), temporary: '' });
    const store = new Low<unknown>(file, null);
    try {
      await store.read();
    } catch (error) {
      if (error instanceof SyntaxError) await this.#setAside(path, 'is not whole JSON');
      else this.#leave(path, error);
      return;
    }
    const found = parseObject(store.data, path);
    if (typeof found === 'string') {
      await this.#setAside(path, found);
      return;
    }
    this.objects.set(found.key, found.object);
    this.revision = Math.max(this.revision, found.revision);
  }

  async #removeTemporary(path: readonly string[]): Promise<void> {
    const { fileSystem, report } = this.#options;
    try {
      await fileSystem.unlink(this.#absolute(path));
    } catch (error) {
      const sentence = `${this.#absolute(path)} is left over and could not be removed: ${toReason(error)}`;
      report({ kind: 'LeftInPlace', path: this.#absolute(path), sentence, error });
    }
  }

  async #setAside(path: readonly string[], why: string): Promise<void> {
    if (!(await setAside(this.#options, path.join('/'), why))) this.untouchable.add(path.join('/'));
  }

  #leave(path: readonly string[], error: unknown): void {
    // Gone between looking and reading.
    if (codeOf(error) === 'ENOENT') return;
    this.untouchable.add(path.join('/'));
    const sentence = `${this.#absolute(path)} could not be read: ${toReason(error)}; it was left there`;
    this.#options.report({ kind: 'LeftInPlace', path: this.#absolute(path), sentence, error });
  }

  #absolute(path: readonly string[]): string {
    return join(this.#options.directory, ...path);
  }
}
