import type { ObjectFromSchema } from '../../../pkg/apimachinery/schema/schema.ts';

/** Schema of `ConfigMap`, in upstream's words and order. */
export const configMapSchema = {
  $id: 'io.k8s.api.core.v1.ConfigMap',
  type: 'object',
  description: 'ConfigMap holds configuration data for pods to consume.',
  properties: {
    immutable: {
      type: 'boolean',
      description:
        'Immutable, if set to true, ensures that data stored in the ConfigMap cannot be updated (only object metadata can be modified). If not set to true, the field can be modified at any time. Defaulted to nil.',
    },
    data: {
      type: 'object',
      description:
        "Data contains the configuration data. Each key must consist of alphanumeric characters, '-', '_' or '.'. Values with non-UTF-8 byte sequences must use the BinaryData field. The keys stored in Data must not overlap with the keys in the BinaryData field, this is enforced during validation process.",
      additionalProperties: { type: 'string', default: '' },
    },
    binaryData: {
      type: 'object',
      description:
        "BinaryData contains the binary data. Each key must consist of alphanumeric characters, '-', '_' or '.'. BinaryData can contain byte sequences that are not in the UTF-8 range. The keys stored in BinaryData must not overlap with the ones in the Data field, this is enforced during validation process. Using this field will require 1.10+ apiserver and kubelet.",
      additionalProperties: { type: 'string', format: 'byte' },
    },
  },
} as const;

/** Configuration as names and values. */
export type ConfigMap = ObjectFromSchema<typeof configMapSchema>;
