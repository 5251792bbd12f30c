import type { Adapter } from 'lowdb';
import { type FileSystem, codeOf } from './file-system.ts';

/** What a JSON file works with. */
export interface JSONFileOptions {
  readonly fileSystem: FileSystem;
  readonly path: string;
  /** A file in the same folder, to be written and renamed. */
  readonly temporary: string;
  /** The content is on the disk before the file gets its name. */
  readonly durable?: boolean;
}

/**
 * A lowdb adapter for a JSON file that is whole at any moment, as far as a running machine goes: it is written beside its place,
 * then renamed. The new name is durable when its folder has been synced, which is left to the caller: many files may share that.
 */
export function newJSONFile(options: JSONFileOptions): Adapter<unknown> {
  const { fileSystem, path, temporary, durable = false } = options;
  return {
    async read() {
      return JSON.parse(await fileSystem.readFile(path)) as unknown;
    },
    async write(data) {
      const text = `${JSON.stringify(data, null, 2)}\n`;
      try {
        await fileSystem.writeFile(temporary, text);
        if (durable) await fileSystem.syncFile(temporary);
        await fileSystem.rename(temporary, path);
      } catch (error) {
        // The cause matters, not whether tidying up worked: the next start removes what is left.
        if (codeOf(error) !== 'ENOENT') await fileSystem.unlink(temporary).catch(() => undefined);
        throw error;
      }
    },
  };
}

/** Makes names for temporary files, each but once: `.<number>.tmp`, with numbers greater than `after`. */
export function newTemporaryNames(after: number = 0): () => string {
  let count = after;
  return () => `.${++count}.tmp`;
}

/** Tells whether a name is that of a temporary file. */
export function isTemporaryName(name: string): boolean {
  return /^\.\d+\.tmp$/.test(name);
}
