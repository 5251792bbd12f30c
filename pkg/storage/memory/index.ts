export type { MemoryStorageOptions } from './memory-storage.ts';
export { newMemoryStorage } from './memory-storage.ts';
