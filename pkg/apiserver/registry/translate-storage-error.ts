import { isStorageError, type StorageError } from '../../storage/errors.ts';
import type { GroupResource } from '../../apimachinery/schema/group-version.ts';
import {
  newAlreadyExists,
  newConflict,
  newExpired,
  newInternalError,
  newNotFound,
  newResourceVersionTooLarge,
} from '../../apimachinery/errors/constructors.ts';
import { newStatusError, type StatusError } from '../../apimachinery/errors/status-error.ts';

/** What the failed operation was about. */
export interface FailedOperation {
  readonly resource: GroupResource;
  readonly name: string;
  readonly operation: 'get' | 'list' | 'create' | 'update' | 'delete' | 'watch';
  /** Revision that a list or watch asked for. */
  readonly revision?: number;
}

/** The one place where storage errors become answers. Errors of other kinds pass unchanged. */
export function translateStorageError(error: unknown, failed: FailedOperation): unknown {
  if (!isStorageError(error)) return error;
  return toStatusError(error, failed);
}

function toStatusError(error: StorageError, failed: FailedOperation): StatusError {
  const { resource, name, operation } = failed;
  switch (error.code) {
    case 'KeyNotFound':
      return newNotFound(resource, name);
    case 'KeyExists':
      return newAlreadyExists(resource, name);
    case 'Conflict':
      return newConflict(resource, name, modifiedText);
    case 'Compacted':
      return newExpired(
        operation === 'watch'
          ? `too old resource version: ${failed.revision ?? 0} (${error.revision ?? 0})`
          : 'The resourceVersion for the provided list is too old.',
      );
    case 'FutureRevision':
      return newResourceVersionTooLarge(failed.revision ?? 0, error.revision ?? 0);
    case 'WriteFailed':
      return newInternalError(error.message, error);
    case 'Unreachable':
      return newServerTimeout(failed, error);
  }
}

/** Text of a failed optimistic lock. */
export const modifiedText =
  'the object has been modified; please apply your changes to the latest version and try again';

function newServerTimeout({ resource, operation }: FailedOperation, cause: unknown): StatusError {
  const kind = resource.resource;
  const qualified = resource.group === '' ? kind : `${kind}.${resource.group}`;
  return newStatusError({
    code: 500,
    reason: 'ServerTimeout',
    message: `The ${operation} operation against ${qualified} could not be completed at this time, please try again.`,
    details: {
      name: operation,
      ...(resource.group === '' ? {} : { group: resource.group }),
      kind,
      retryAfterSeconds: 2,
    },
    cause,
  });
}
