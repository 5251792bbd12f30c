/**
 * The contract suite of `Storage`, for drivers of your own: call `runStorageContract` from a tap test.
 *
 * @module
 */
export type { ContractCase, ContractStorageOptions, NewContractStorage } from './contract.ts';
export { runStorageContract } from './contract.ts';
