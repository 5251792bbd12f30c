import { ageColumn } from '../../../pkg/apimachinery/runtime/age-column.ts';
import { type KindDefinition, readOnlyVerbs } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { type CustomResourceDefinition, customResourceDefinitionSchema } from './custom-resource-definition-schema.ts';

/** A list that is always empty: kubectl asks it for a kind before it says that there is no such kind. */
export const customResourceDefinitionKind: KindDefinition<CustomResourceDefinition> = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  singular: 'customresourcedefinition',
  scope: 'Cluster',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  schema: customResourceDefinitionSchema,
  verbs: readOnlyVerbs,
  columns: [
    {
      name: 'Created At',
      type: 'date',
      description: ageColumn.description,
      cell: ({ metadata }) => metadata.creationTimestamp ?? null,
    },
  ],
};
