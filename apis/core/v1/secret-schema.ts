import type { ObjectFromSchema } from '../../../pkg/apimachinery/schema/schema.ts';

/** Schema of `Secret`, in upstream's words and order. */
export const secretSchema = {
  $id: 'io.k8s.api.core.v1.Secret',
  type: 'object',
  description:
    'Secret holds secret data of a certain type. The total bytes of the values in the Data field must be less than MaxSecretSize bytes.',
  properties: {
    immutable: {
      type: 'boolean',
      description:
        'Immutable, if set to true, ensures that data stored in the Secret cannot be updated (only object metadata can be modified). If not set to true, the field can be modified at any time. Defaulted to nil.',
    },
    data: {
      type: 'object',
      description:
        "Data contains the secret data. Each key must consist of alphanumeric characters, '-', '_' or '.'. The serialized form of the secret data is a base64 encoded string, representing the arbitrary (possibly non-string) data value here. Described in https://tools.ietf.org/html/rfc4648#section-4",
      additionalProperties: { type: 'string', format: 'byte' },
    },
    stringData: {
      type: 'object',
      description:
        'stringData allows specifying non-binary secret data in string form. It is provided as a write-only input field for convenience. All keys and values are merged into the data field on write, overwriting any existing values. The stringData field is never output when reading from the API.',
      additionalProperties: { type: 'string', default: '' },
    },
    type: {
      type: 'string',
      description:
        'Used to facilitate programmatic handling of secret data. More info: https://kubernetes.io/docs/concepts/configuration/secret/#secret-types',
    },
  },
} as const;

/** Names and values that not everybody may see. */
export type Secret = ObjectFromSchema<typeof secretSchema>;
