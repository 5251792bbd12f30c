/**
 * What the author of a service needs first; the rest is at the subpaths, such as `tributary/storage/file`.
 *
 * @module
 */
export * from './apiserver/index.ts';
