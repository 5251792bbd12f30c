export { externalNameKind } from './external-name.ts';
export type { ExternalName } from './external-name-schema.ts';
