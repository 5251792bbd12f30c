import { StorageError } from '../errors.ts';
import { codeOf } from './file-system.ts';

/** The error of a write that did not reach the disk: a plain sentence with the place and the cause. */
export function toWriteFailure(key: string, path: string, cause: unknown): StorageError {
  if (cause instanceof StorageError) return cause;
  return new StorageError('WriteFailed', key, {
    detail: `${path} could not be written: ${toReason(cause)}; nothing was changed`,
    cause,
  });
}

/** A failure of the file system in plain words. */
export function toReason(error: unknown): string {
  const code = codeOf(error);
  const words = code === undefined ? undefined : reasons[code];
  if (words !== undefined) return `${words} (${code})`;
  return error instanceof Error ? error.message : String(error);
}

const reasons: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission is denied',
  EPERM: 'the operation is not permitted',
  EIO: 'the disk reports an error',
  EMFILE: 'this process has too many files open',
  ENFILE: 'the machine has too many files open',
  ENAMETOOLONG: 'the name is too long for the file system',
  EISDIR: 'a folder is in its place',
  ENOTDIR: 'a file is in the place of a folder',
  EEXIST: 'a file is in the place of a folder',
};
