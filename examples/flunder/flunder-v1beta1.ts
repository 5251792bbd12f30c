import type { KindDefinition, ObjectFromSchema } from 'tributary/apiserver';
import { type Flunder, flunderKind } from './flunder.ts';

const flunderSchema = {
  $id: 'com.example.wardle.v1beta1.Flunder',
  type: 'object',
  description: 'Flunder is an example of a kind in two versions: this one names what it refers to by its kind.',
  properties: {
    spec: {
      $id: 'com.example.wardle.v1beta1.FlunderSpec',
      type: 'object',
      description: 'The wanted state of the flunder.',
      properties: {
        flunderReference: { type: 'string', description: 'Name of another flunder.' },
        fischerReference: { type: 'string', description: 'Name of a fischer.' },
      },
    },
    status: {
      $id: 'com.example.wardle.v1beta1.FlunderStatus',
      type: 'object',
      description: 'What has been observed of the flunder.',
      properties: { phase: { type: 'string', description: 'In one word, how the flunder is.' } },
    },
  },
} as const;

/** A flunder as `v1beta1` has it. */
export type FlunderV1beta1 = ObjectFromSchema<typeof flunderSchema>;

/** `flunders.wardle.example.com/v1beta1`: served beside `v1alpha1`, and stored as it. */
export const flunderV1beta1Kind: KindDefinition<FlunderV1beta1> = {
  group: 'wardle.example.com',
  version: 'v1beta1',
  kind: 'Flunder',
  plural: 'flunders',
  singular: 'flunder',
  shortNames: ['fl'],
  categories: ['all'],
  scope: 'Namespaced',
  schema: flunderSchema,
  statusSubresource: true,
  storedAs: {
    version: flunderKind.version,
    toStored({ spec, ...rest }) {
      const { flunderReference, fischerReference } = spec ?? {};
      if (fischerReference !== undefined)
        return { ...rest, spec: { reference: fischerReference, referenceType: 'Fischer' } };
      if (flunderReference !== undefined)
        return { ...rest, spec: { reference: flunderReference, referenceType: 'Flunder' } };
      return { ...rest, ...(spec === undefined ? {} : { spec: {} }) };
    },
    fromStored(stored) {
      const { spec, ...rest } = stored as Flunder;
      if (spec?.reference === undefined) return { ...rest, ...(spec === undefined ? {} : { spec: {} }) };
      const member = spec.referenceType === 'Fischer' ? 'fischerReference' : 'flunderReference';
      return { ...rest, spec: { [member]: spec.reference } };
    },
  },
};
