import { join } from 'node:path';
import { Low } from 'lowdb';
import { codeOf } from './file-system.ts';
import { newJSONFile } from './json-file.ts';
import { type SetAsideOptions, setAside } from './set-aside.ts';
import { toReason } from './write-failure.ts';

/** What is kept in the file. */
interface RevisionRecord {
  /** No greater revision has been given out. */
  readonly revision: number;
  /** It is the one of the latest write: the storage was closed, and nothing has been written since. */
  readonly exact: boolean;
}

/** What the objects tell about the revision. */
export interface RevisionHints {
  /** The highest revision of an object. */
  readonly revision: number;
  /** The directory has been written to before. */
  readonly used: boolean;
}

const fileName = '.revision.json';
const firstRevision = 1;
/** Revisions reserved at a time: the cost of one small write is spread over so many. A crash skips at most so many. */
const reservation = 10_000;
/** Skipped when nothing tells how far the revision had come: more than anybody may have deleted from the end. */
const jump = 1_000_000;

/**
 * Keeps the revision from going back, also when the newest object is deleted, and after a crash: a number that is not yet
 * reached is made durable before any revision below it is given out.
 */
export class RevisionKeeper {
  readonly #options: SetAsideOptions;
  readonly #path: string;
  readonly #file: Low;
  #start: number = firstRevision;
  #reserved: number = firstRevision;

  constructor(options: SetAsideOptions, newTemporaryName: () => string) {
    const { fileSystem, directory } = options;
    this.#options = options;
    this.#path = join(directory, fileName);
    const temporary = join(directory, newTemporaryName());
    this.#file = new Low(newJSONFile({ fileSystem, path: this.#path, temporary, durable: true }), null);
  }

  /** The revision to go on from. */
  async start(hints: RevisionHints): Promise<number> {
    const record = await this.#read(hints);
    const atLeast = Math.max(hints.revision, firstRevision);
    this.#start = record === undefined && hints.used ? atLeast + jump : Math.max(atLeast, record?.revision ?? 0);
    this.#reserved = this.#start;
    return this.#start;
  }

  /** Makes sure that revisions up to this one are never given out again. */
  async reserve(revision: number): Promise<void> {
    if (revision <= this.#reserved) return;
    const reserved = revision + reservation;
    await this.#write({ revision: reserved, exact: false });
    this.#reserved = reserved;
  }

  /** Keeps the exact revision, so that watches can go on from it after the next start. */
  async close(revision: number): Promise<void> {
    const record = this.#file.data;
    const isKept = isRecord(record) && record.exact && record.revision === revision;
    if (isKept || revision === firstRevision) return;
    try {
      await this.#write({ revision, exact: true });
    } catch (error) {
      this.#skip(`could not be written: ${toReason(error)}; the next start skips some revisions`, error);
    }
  }

  async #read({ used }: RevisionHints): Promise<RevisionRecord | undefined> {
    try {
      await this.#file.read();
    } catch (error) {
      if (codeOf(error) === 'ENOENT') {
        if (used) this.#skip('is missing; the revision goes on far above that of the newest object', error);
        return undefined;
      }
      if (!(error instanceof SyntaxError)) {
        this.#skip(
          `could not be read: ${toReason(error)}; the revision goes on far above that of the newest object`,
          error,
        );
        return undefined;
      }
    }
    if (isRecord(this.#file.data)) return this.#file.data;
    await setAside(this.#options, fileName, 'does not hold a revision');
    this.#skip('did not hold a revision; the revision goes on far above that of the newest object');
    return undefined;
  }

  async #write(record: RevisionRecord): Promise<void> {
    this.#file.data = record;
    await this.#file.write();
    await this.#options.fileSystem.syncFolder(this.#options.directory);
  }

  #skip(what: string, error?: unknown): void {
    this.#options.report({ kind: 'RevisionSkipped', path: this.#path, sentence: `${this.#path} ${what}`, error });
  }
}

function isRecord(data: unknown): data is RevisionRecord {
  if (typeof data !== 'object' || data === null || !('revision' in data) || !('exact' in data)) return false;
  return (
    Number.isSafeInteger(data.revision) && Number(data.revision) >= firstRevision && typeof data.exact === 'boolean'
  );
}
