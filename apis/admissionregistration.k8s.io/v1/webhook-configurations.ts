import { ageColumn } from '../../../pkg/apimachinery/runtime/age-column.ts';
import { type KindDefinition, readOnlyVerbs } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import {
  mutatingWebhookConfigurationSchema,
  validatingWebhookConfigurationSchema,
  type WebhookConfiguration,
} from './webhook-schema.ts';
import { validatingWebhookConfigurationMessage } from './validating-webhook-configuration-protobuf.ts';
import { mutatingWebhookConfigurationMessage } from './mutating-webhook-configuration-protobuf.ts';

const common = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  scope: 'Cluster',
  categories: ['api-extensions'],
  verbs: readOnlyVerbs,
  columns: [
    {
      name: 'Webhooks',
      type: 'integer',
      description: 'Webhooks indicates the number of webhooks registered in this configuration',
      cell: ({ webhooks = [] }: WebhookConfiguration) => webhooks.length,
    },
    ageColumn,
  ],
} as const;

/** A list that is always empty: extension servers watch it, and this server asks no webhooks. */
export const validatingWebhookConfigurationKind: KindDefinition<WebhookConfiguration> = {
  ...common,
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
  singular: 'validatingwebhookconfiguration',
  protobuf: validatingWebhookConfigurationMessage,
  schema: validatingWebhookConfigurationSchema,
};

/** A list that is always empty: extension servers watch it, and this server asks no webhooks. */
export const mutatingWebhookConfigurationKind: KindDefinition<WebhookConfiguration> = {
  ...common,
  kind: 'MutatingWebhookConfiguration',
  plural: 'mutatingwebhookconfigurations',
  singular: 'mutatingwebhookconfiguration',
  protobuf: mutatingWebhookConfigurationMessage,
  schema: mutatingWebhookConfigurationSchema,
};
