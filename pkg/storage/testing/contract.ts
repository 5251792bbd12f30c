import type { Test } from 'tap';
import type { Storage } from '../interface.ts';
import { concurrencyCases } from './contract-concurrency.ts';
import { listCases } from './contract-lists.ts';
import { watchCases } from './contract-watches.ts';
import { writeCases } from './contract-writes.ts';

/** How the suite wants a storage. */
export interface ContractStorageOptions {
  /** How many events the watch window shall hold. */
  readonly watchWindow?: number;
}

/** Makes an empty storage for one case; the suite closes it. */
export type NewContractStorage = (test: Test, options: ContractStorageOptions) => Promise<Storage>;

/** One promise of the contract, and how it is proved. */
export interface ContractCase extends ContractStorageOptions {
  readonly name: string;
  run(test: Test, storage: Storage): Promise<void>;
}

/** Proves that a driver keeps the contract of `Storage`. Every driver runs it. */
export function runStorageContract(t: Test, name: string, newStorage: NewContractStorage): void {
  const cases: readonly ContractCase[] = [...writeCases, ...listCases, ...watchCases, ...concurrencyCases];
  void t.test(name, async (suite) => {
    for (const each of cases) {
      await suite.test(each.name, async (test) => {
        const storage = await newStorage(test, each);
        // Before anything is torn down, such as the directory of the storage.
        try {
          await each.run(test, storage);
        } finally {
          await storage.close();
        }
      });
    }
  });
}
