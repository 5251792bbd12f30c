export type { CheckpointLimits } from './checkpointer.ts';
export type { FileStorageOptions } from './file-storage.ts';
export { openFileStorage } from './file-storage.ts';
