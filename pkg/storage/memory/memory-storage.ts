import { newEngine } from '../engine/engine.ts';
import type { StorageReporter } from '../engine/report.ts';
import type { Storage } from '../interface.ts';

/** How a memory storage behaves. */
export interface MemoryStorageOptions {
  /** How many events can be watched again, and listed exactly. Default: 10,000. */
  readonly watchWindow?: number;
  /** Told when the receiver of a watch fails. */
  readonly report?: StorageReporter;
}

/** A storage that forgets everything when the process ends. */
export function newMemoryStorage(options: MemoryStorageOptions = {}): Storage {
  return newEngine({ ...options, revision: 1 });
}
