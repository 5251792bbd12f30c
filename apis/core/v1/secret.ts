import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { ageColumn } from '../../../pkg/apimachinery/runtime/age-column.ts';
import { countValues, foldText, normaliseBytes } from './data-values.ts';
import { secretMessage } from './secret-protobuf.ts';
import { type Secret, secretSchema } from './secret-schema.ts';
import { opaqueSecretType } from './secret-types.ts';
import { validateSecret, validateSecretUpdate } from './secret-validation.ts';

/** Names and values that not everybody may see. Source: kubernetes `pkg/registry/core/secret/strategy.go`. */
export const secretKind: KindDefinition<Secret> = {
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  singular: 'secret',
  scope: 'Namespaced',
  schema: secretSchema,
  protobuf: secretMessage,
  columns: [
    {
      name: 'Type',
      type: 'string',
      description: secretSchema.properties.type.description,
      cell: ({ type }) => type,
    },
    {
      name: 'Data',
      // Upstream counts in numbers, and calls them strings.
      type: 'string',
      description: secretSchema.properties.data.description,
      cell: ({ data }) => countValues(data),
    },
    ageColumn,
  ],
  selectableFields: { type: ({ type }) => type ?? '' },
  tracksGeneration: false,
  strategy: { applyDefaults, validate: validateSecret, validateUpdate: validateSecretUpdate },
};

/** As Go writes it: text is folded into bytes, of which there is one spelling, and every Secret is of a type. */
function applyDefaults(draft: Secret): void {
  const { data = {}, stringData = {}, type = '' } = draft;
  for (const member of ['data', 'stringData', 'type'] as const) delete draft[member];
  const folded = foldText(normaliseBytes(data), stringData);
  if (countValues(folded) > 0) draft.data = folded;
  draft.type = type === '' ? opaqueSecretType : type;
}
