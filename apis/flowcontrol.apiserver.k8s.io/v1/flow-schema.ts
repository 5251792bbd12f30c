import { ageColumn } from '../../../pkg/apimachinery/runtime/age-column.ts';
import { type KindDefinition, readOnlyVerbs } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { type FlowSchema, flowSchemaSchema } from './flow-schema-schema.ts';
import { flowSchemaMessage } from './flow-schema-protobuf.ts';

const { properties } = flowSchemaSchema.properties.spec;

/** A list that is always empty: with it extension servers use the priority levels that are built into them. */
export const flowSchemaKind: KindDefinition<FlowSchema> = {
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'FlowSchema',
  plural: 'flowschemas',
  singular: 'flowschema',
  scope: 'Cluster',
  protobuf: flowSchemaMessage,
  schema: flowSchemaSchema,
  verbs: readOnlyVerbs,
  columns: [
    {
      name: 'PriorityLevel',
      type: 'string',
      description: properties.priorityLevelConfiguration.properties.name.description,
      cell: ({ spec }) => spec?.priorityLevelConfiguration.name ?? '',
    },
    {
      name: 'MatchingPrecedence',
      type: 'string',
      description: properties.matchingPrecedence.description,
      cell: ({ spec }) => spec?.matchingPrecedence ?? 0,
    },
    {
      name: 'DistinguisherMethod',
      type: 'string',
      description: properties.distinguisherMethod.description,
      cell: ({ spec }) => spec?.distinguisherMethod?.type ?? '<none>',
    },
    ageColumn,
    {
      name: 'MissingPL',
      type: 'string',
      description: 'references a broken or non-existent PriorityLevelConfiguration',
      cell: ({ status }) => status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?',
    },
  ],
};
