import type { KindDefinition } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import type { Schema } from '../../../pkg/apimachinery/schema/schema.ts';
import type { KubernetesObject } from '../../meta/v1/types.ts';
import { anyObject } from './any-object-schema.ts';

/** Webhooks that are asked about writes. */
export interface WebhookConfiguration extends KubernetesObject {
  webhooks?: { name: string }[];
}

/** Texts of a schema that differ between the two kinds of webhooks. */
interface Texts {
  readonly word: 'Validating' | 'Mutating';
  readonly does: string;
  readonly more?: Readonly<Record<string, Schema>>;
}

/** Schema of `ValidatingWebhookConfiguration`, as far as it is needed to look for webhooks. */
export const validatingWebhookConfigurationSchema: KindDefinition['schema'] = newSchema({
  word: 'Validating',
  does: 'may refuse them',
});

/** Schema of `MutatingWebhookConfiguration`, as far as it is needed to look for webhooks. */
export const mutatingWebhookConfigurationSchema: KindDefinition['schema'] = newSchema({
  word: 'Mutating',
  does: 'may change and refuse them',
  more: {
    reinvocationPolicy: {
      type: 'string',
      description: 'Whether the webhook is asked again after others have changed the object: Never or IfNeeded.',
    },
  },
});

function newSchema({ word, does, more = {} }: Texts): KindDefinition['schema'] {
  return {
    $id: `io.k8s.api.admissionregistration.v1.${word}WebhookConfiguration`,
    type: 'object',
    description: `${word}WebhookConfiguration names webhooks that are told of writes and ${does}. This server asks none: the list is there for extension servers, which watch it, and it is empty.`,
    properties: {
      webhooks: {
        type: 'array',
        description: 'The webhooks and the writes that they are told of.',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        'x-kubernetes-patch-strategy': 'merge',
        'x-kubernetes-patch-merge-key': 'name',
        items: {
          $id: `io.k8s.api.admissionregistration.v1.${word}Webhook`,
          type: 'object',
          default: {},
          $description: `${word}Webhook is a webhook and the writes that it is told of.`,
          required: ['name', 'clientConfig', 'sideEffects', 'admissionReviewVersions'],
          properties: {
            name: { type: 'string', default: '', description: 'The name of the webhook, fully qualified.' },
            clientConfig: anyObject('Where the webhook is: a URL, or a Service with the CA of its certificate.'),
            rules: {
              type: 'array',
              description: 'Operations on resources of which the webhook is told.',
              'x-kubernetes-list-type': 'atomic',
              items: {
                $id: 'io.k8s.api.admissionregistration.v1.RuleWithOperations',
                type: 'object',
                default: {},
                $description: 'RuleWithOperations are operations on resources.',
                properties: {
                  operations: strings('The operations: CREATE, UPDATE, DELETE, CONNECT, or "*" for all of them.'),
                  apiGroups: strings('The API groups, or "*".'),
                  apiVersions: strings('The API versions, or "*".'),
                  resources: strings('The resources and subresources, such as "pods/status", or "*".'),
                  scope: { type: 'string', description: 'Which resources are meant: Cluster, Namespaced or "*".' },
                },
              },
            },
            failurePolicy: { type: 'string', description: 'What a failing webhook leads to: Ignore or Fail.' },
            matchPolicy: { type: 'string', description: 'How rules are compared with writes: Exact or Equivalent.' },
            namespaceSelector: anyObject('Labels of the namespaces of which the webhook is told.'),
            objectSelector: anyObject('Labels of the objects of which the webhook is told.'),
            sideEffects: {
              type: 'string',
              description: 'What the webhook does beside answering: None or NoneOnDryRun.',
            },
            timeoutSeconds: {
              type: 'integer',
              format: 'int32',
              description: 'How long to wait for an answer, from 1 to 30 seconds.',
            },
            admissionReviewVersions: strings('Versions of AdmissionReview that the webhook understands.'),
            ...more,
          },
        },
      },
    },
  };
}

function strings(description: string): Schema {
  const items = { type: 'string', default: '' } as const;
  return { type: 'array', description, items, 'x-kubernetes-list-type': 'atomic' };
}
