import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { ageColumn } from '../../../pkg/apimachinery/runtime/age-column.ts';
import { configMapMessage } from './config-map-protobuf.ts';
import { type ConfigMap, configMapSchema } from './config-map-schema.ts';
import { validateConfigMap, validateConfigMapUpdate } from './config-map-validation.ts';
import { countValues, normaliseBytes } from './data-values.ts';

/** Configuration as names and values. Source: kubernetes `pkg/registry/core/configmap/strategy.go`. */
export const configMapKind: KindDefinition<ConfigMap> = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  singular: 'configmap',
  scope: 'Namespaced',
  shortNames: ['cm'],
  schema: configMapSchema,
  protobuf: configMapMessage,
  columns: [
    {
      name: 'Data',
      // Upstream counts in numbers, and calls them strings.
      type: 'string',
      description: configMapSchema.properties.data.description,
      cell: ({ data, binaryData }) => countValues(data, binaryData),
    },
    ageColumn,
  ],
  tracksGeneration: false,
  strategy: { applyDefaults, validate: validateConfigMap, validateUpdate: validateConfigMapUpdate },
};

/** As Go writes it: no empty maps, bytes in one spelling. */
function applyDefaults(draft: ConfigMap): void {
  if (countValues(draft.data) === 0) delete draft.data;
  if (countValues(draft.binaryData) === 0) delete draft.binaryData;
  if (draft.binaryData !== undefined) draft.binaryData = normaliseBytes(draft.binaryData);
}
