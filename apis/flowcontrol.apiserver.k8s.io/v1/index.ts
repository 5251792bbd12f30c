export { flowSchemaKind } from './flow-schema.ts';
export type { FlowSchema } from './flow-schema-schema.ts';
export { priorityLevelConfigurationKind } from './priority-level-configuration.ts';
export type { PriorityLevelConfiguration } from './priority-level-configuration-schema.ts';
