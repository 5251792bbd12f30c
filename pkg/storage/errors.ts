/** What can go wrong in a storage, as codes that callers may rely on. */
export type StorageErrorCode =
  /** No object at that key. */
  | 'KeyNotFound'
  /** An object is at that key already. */
  | 'KeyExists'
  /** The object changed between the read and the write. */
  | 'Conflict'
  /** The revision asked for is older than the watch window. */
  | 'Compacted'
  /** The revision asked for lies in the future. */
  | 'FutureRevision'
  /** The write did not reach the disk or the peer; nothing was changed. */
  | 'WriteFailed'
  /** The storage does not answer or has been closed. */
  | 'Unreachable';

/** Failure of a storage operation. Translated to a `StatusError` in one place of the registry. */
export class StorageError extends Error {
  readonly code: StorageErrorCode;
  readonly key: string;
  /** For `Compacted`: the oldest revision that can still be asked for. For `FutureRevision`: the current one. */
  readonly revision: number | undefined;

  constructor(
    code: StorageErrorCode,
    key: string,
    options: { detail?: string; revision?: number; cause?: unknown } = {},
  ) {
    super([code, key, options.detail].filter((part) => part !== undefined && part !== '').join(': '), {
      cause: options.cause,
    });
    this.name = 'StorageError';
    this.code = code;
    this.key = key;
    this.revision = options.revision;
  }
}

/** Tells whether an error is a `StorageError` with this code. */
export function isStorageError(error: unknown, code?: StorageErrorCode): error is StorageError {
  return error instanceof StorageError && (code === undefined || error.code === code);
}
