export { configMapKind } from './config-map.ts';
export type { ConfigMap } from './config-map-schema.ts';
export { namespaceKind } from './namespace.ts';
export type { Namespace } from './namespace-schema.ts';
export { secretKind } from './secret.ts';
export type { Secret } from './secret-schema.ts';
export { serviceKind } from './service.ts';
export type { Service } from './service-schema.ts';
