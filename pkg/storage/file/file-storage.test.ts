import t from 'tap';
import { runStorageContract } from '../testing/contract.ts';
import { openFileStorage } from './file-storage.ts';

runStorageContract(t, 'file', async (test, options) => openFileStorage({ ...options, directory: test.testdir() }));
