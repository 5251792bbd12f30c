/** Schema of one condition on labels, in upstream's words and order. */
export const labelRequirementSchema = {
  $id: 'io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement',
  type: 'object',
  default: {},
  $description:
    'A label selector requirement is a selector that contains values, a key, and an operator that relates the key and values.',
  required: ['key', 'operator'],
  properties: {
    key: {
      type: 'string',
      default: '',
      description: 'key is the label key that the selector applies to.',
    },
    operator: {
      type: 'string',
      default: '',
      description:
        "operator represents a key's relationship to a set of values. Valid operators are In, NotIn, Exists and DoesNotExist.",
    },
    values: {
      type: 'array',
      'x-kubernetes-list-type': 'atomic',
      description:
        'values is an array of string values. If the operator is In or NotIn, the values array must be non-empty. If the operator is Exists or DoesNotExist, the values array must be empty. This array is replaced during a strategic merge patch.',
      items: { type: 'string', default: '' },
    },
  },
} as const;
