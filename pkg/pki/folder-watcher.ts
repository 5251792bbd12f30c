import { watch, type FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';

/** Notices changes of the names in some folders. */
export interface FolderWatcher {
  /** Begins with folders that could not be watched so far and with those that have been replaced by others of the same name. */
  refresh(): Promise<void>;
  close(): void;
}

/** What to watch and whom to tell. */
export interface FolderWatcherOptions {
  readonly folders: readonly string[];
  readonly onEvent: () => void;
  /** Told once each time that a folder stops being watched. */
  readonly onError: (folder: string, error: unknown) => void;
  /** By default that of `node:fs`. */
  readonly watchFolder?: typeof watch | undefined;
}

interface Watched {
  readonly watcher: FSWatcher;
  readonly inode: number;
}

/**
 * Watches folders and not files: editors and `kubectl` mounts replace files by renaming others over them, and a watch on a file
 * stays with the old one.
 */
export function newFolderWatcher(options: FolderWatcherOptions): FolderWatcher {
  const { folders, onEvent, onError, watchFolder = watch } = options;
  const watched = new Map<string, Watched>();
  const failed = new Set<string>();
  let closed = false;

  const drop = (folder: string): void => {
    watched.get(folder)?.watcher.close();
    watched.delete(folder);
  };
  const fail = (folder: string, error: unknown): void => {
    drop(folder);
    if (!failed.has(folder)) onError(folder, error);
    failed.add(folder);
  };
  const refreshOne = async (folder: string): Promise<void> => {
    try {
      const { ino } = await stat(folder);
      if (closed || watched.get(folder)?.inode === ino) return;
      drop(folder);
      const watcher = watchFolder(folder, { persistent: false }, onEvent);
      watcher.on('error', (error) => fail(folder, error));
      watched.set(folder, { watcher, inode: ino });
      failed.delete(folder);
    } catch (error) {
      fail(folder, error);
    }
  };
  return {
    refresh: async () => {
      await Promise.all(folders.map(refreshOne));
    },
    close() {
      closed = true;
      for (const folder of watched.keys()) drop(folder);
    },
  };
}
