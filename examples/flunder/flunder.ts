import type { KindDefinition, ObjectFromSchema } from 'tributary/apiserver';
import { invalid, toAge } from 'tributary/apiserver';

const flunderSchema = {
  $id: 'com.example.wardle.v1alpha1.Flunder',
  type: 'object',
  description: 'Flunder is an example of a namespaced kind.',
  properties: {
    spec: {
      $id: 'com.example.wardle.v1alpha1.FlunderSpec',
      type: 'object',
      description: 'The wanted state of the flunder.',
      properties: {
        reference: { type: 'string', description: 'Name of another flunder, or of a fischer, as referenceType says.' },
        referenceType: {
          type: 'string',
          enum: ['Flunder', 'Fischer'],
          description: 'Kind of what is referred to. The default is Flunder when there is a reference.',
        },
      },
    },
    status: {
      $id: 'com.example.wardle.v1alpha1.FlunderStatus',
      type: 'object',
      description: 'What has been observed of the flunder.',
      properties: { phase: { type: 'string', description: 'In one word, how the flunder is.' } },
    },
  },
} as const;

/** A namespaced kind with a default, a validation and a status. */
export type Flunder = ObjectFromSchema<typeof flunderSchema>;

/** `flunders.wardle.example.com/v1alpha1`. */
export const flunderKind: KindDefinition<Flunder> = {
  group: 'wardle.example.com',
  version: 'v1alpha1',
  kind: 'Flunder',
  plural: 'flunders',
  singular: 'flunder',
  shortNames: ['fl'],
  categories: ['all'],
  scope: 'Namespaced',
  schema: flunderSchema,
  statusSubresource: true,
  columns: [
    {
      name: 'Reference',
      type: 'string',
      description: 'What the flunder refers to.',
      cell: ({ spec }) => (spec?.reference === undefined ? '' : `${spec.referenceType}/${spec.reference}`),
    },
    {
      name: 'Age',
      type: 'string',
      description: 'Time since the flunder was created.',
      cell: ({ metadata }, now) => toAge(metadata.creationTimestamp, now),
    },
  ],
  strategy: {
    applyDefaults({ spec }) {
      if (spec?.reference !== undefined) spec.referenceType ??= 'Flunder';
    },
    validate({ metadata, spec }) {
      const refersToItself = spec?.referenceType === 'Flunder' && spec.reference === metadata.name;
      return refersToItself ? [invalid('spec.reference', spec.reference, 'a flunder may not refer to itself')] : [];
    },
  },
};
