export { namespaceKind } from './namespace.ts';
export type { Namespace } from './namespace-schema.ts';
