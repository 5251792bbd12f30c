/** Something an operator should know, in a plain sentence. The storage goes on. */
export interface StorageReport {
  readonly kind:
    /** A file that is not what the storage writes was moved out of the way. */
    | 'SetAside'
    /** A file or folder was left where it is, unread; nothing is written over it. */
    | 'LeftInPlace'
    /** The exact revision could not be read or kept; some revisions are skipped. */
    | 'RevisionSkipped'
    /** A file does not show the latest state of its object yet: the journal has it, and the file is tried again. */
    | 'FileBehind'
    /** The journal could not be taken away, and grows; it is tried again. */
    | 'JournalKept'
    /** Not all of the journal could be read at the start. */
    | 'JournalDamaged'
    /** A sink threw; its watch was ended. */
    | 'SinkFailed';
  /** Path of the file, or prefix of the watch. */
  readonly path: string;
  readonly sentence: string;
  readonly error?: unknown;
}

/** Receives reports. */
export type StorageReporter = (report: StorageReport) => void;

/** A reporter that does not throw: a logger that fails must not stop writes. */
export function toSafeReporter(report: StorageReporter | undefined): StorageReporter {
  return (message) => {
    try {
      report?.(message);
    } catch {
      // There is nobody left to tell.
    }
  };
}
