import { ageColumn } from '../../../apis/meta/v1/age-column.ts';
import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import type { ObjectFromSchema } from '../../../pkg/apimachinery/schema/schema.ts';
import { type FieldError, forbidden, tooLong } from '../../../pkg/apimachinery/validation/field-error.ts';

const schema = {
  $id: 'io.k8s.api.core.v1.ConfigMap',
  type: 'object',
  description: 'ConfigMap holds configuration data for pods to consume.',
  properties: {
    immutable: { type: 'boolean', description: 'Immutable, if set to true, ensures that data cannot be updated.' },
    data: {
      type: 'object',
      description: 'Data contains the configuration data.',
      additionalProperties: { type: 'string', default: '' },
    },
    binaryData: {
      type: 'object',
      description: 'BinaryData contains the binary data.',
      additionalProperties: { type: 'string', format: 'byte' },
    },
  },
} as const;

type ConfigMap = ObjectFromSchema<typeof schema>;

/** The kind that most recorded exchanges speak of; as a user of the library would write it. */
export const configMapKind: KindDefinition<ConfigMap> = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  singular: 'configmap',
  scope: 'Namespaced',
  shortNames: ['cm'],
  schema,
  allowCreateOnUpdate: true,
  tracksGeneration: false,
  columns: [
    {
      name: 'Data',
      type: 'string',
      description:
        "Data contains the configuration data. Each key must consist of alphanumeric characters, '-', '_' or '.'. Values with non-UTF-8 byte sequences must use the BinaryData field. The keys stored in Data must not overlap with the keys in the BinaryData field, this is enforced during validation process.",
      cell: ({ data = {}, binaryData = {} }) => Object.keys(data).length + Object.keys(binaryData).length,
    },
    ageColumn,
  ],
  strategy: { validate: validateSize, validateUpdate },
};

const LARGEST = 1024 * 1024;

function validateSize({ data = {}, binaryData = {} }: ConfigMap): FieldError[] {
  const total = Object.values({ ...data, ...binaryData }).reduce((sum, value) => sum + value.length, 0);
  return total <= LARGEST ? [] : [tooLong('[]', LARGEST)];
}

function validateUpdate(object: ConfigMap, old: ConfigMap): FieldError[] {
  if (old.immutable !== true || JSON.stringify(object.data) === JSON.stringify(old.data)) return validateSize(object);
  return [forbidden('data', 'field is immutable when `immutable` is set')];
}
