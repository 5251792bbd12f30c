export type {
  ListOptions,
  ListResult,
  Storage,
  StorageEvent,
  UpdateFunction,
  WatchOptions,
  WatchSink,
} from './interface.ts';
export type { StorageErrorCode } from './errors.ts';
export { isStorageError, StorageError } from './errors.ts';
