import t from 'tap';
import { runStorageContract } from '../testing/contract.ts';
import { newMemoryStorage } from './memory-storage.ts';

runStorageContract(t, 'memory', async (_, options) => newMemoryStorage(options));
