import type { KindDefinition, ObjectFromSchema } from 'tributary/apiserver';

const fischerSchema = {
  $id: 'com.example.wardle.v1alpha1.Fischer',
  type: 'object',
  description: 'Fischer is an example of a cluster-scoped kind: it lists names that flunders may not have.',
  properties: {
    disallowedFlunders: {
      type: 'array',
      items: { type: 'string' },
      'x-kubernetes-list-type': 'set',
      description: 'Names of flunders that nobody may create.',
    },
  },
} as const;

/** A cluster-scoped kind that needs nothing special. */
export type Fischer = ObjectFromSchema<typeof fischerSchema>;

/** `fischers.wardle.example.com/v1alpha1`. */
export const fischerKind: KindDefinition<Fischer> = {
  group: 'wardle.example.com',
  version: 'v1alpha1',
  kind: 'Fischer',
  plural: 'fischers',
  singular: 'fischer',
  scope: 'Cluster',
  schema: fischerSchema,
};
