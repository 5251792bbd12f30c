import type { ObjectFromSchema } from '../../../pkg/apimachinery/schema/schema.ts';

/** Schema of `FlowSchema`, as far as it is needed to look for flows. */
export const flowSchemaSchema = {
  $id: 'io.k8s.api.flowcontrol.v1.FlowSchema',
  type: 'object',
  description:
    'FlowSchema says which requests belong together and which priority level they have. This server has none: the list is there for extension servers, which then use the built-in levels, and it is empty.',
  properties: {
    spec: {
      $id: 'io.k8s.api.flowcontrol.v1.FlowSchemaSpec',
      type: 'object',
      default: {},
      description: 'What is asked for.',
      $description: 'FlowSchemaSpec says which requests are meant and what becomes of them.',
      required: ['priorityLevelConfiguration'],
      properties: {
        priorityLevelConfiguration: {
          $id: 'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationReference',
          type: 'object',
          default: {},
          description: 'The priority level of the requests.',
          $description: 'PriorityLevelConfigurationReference names a priority level.',
          required: ['name'],
          properties: { name: { type: 'string', default: '', description: 'The name of the priority level.' } },
        },
        matchingPrecedence: {
          type: 'integer',
          format: 'int32',
          default: 0,
          description: 'Of several that mean a request, the one with the lowest number counts: from 1 to 10000.',
        },
        distinguisherMethod: {
          $id: 'io.k8s.api.flowcontrol.v1.FlowDistinguisherMethod',
          type: 'object',
          description: 'How the requests are told apart from each other.',
          $description: 'FlowDistinguisherMethod is how requests are told apart.',
          required: ['type'],
          properties: { type: { type: 'string', default: '', description: 'ByUser or ByNamespace.' } },
        },
        rules: {
          type: 'array',
          description: 'Requests that are meant: by whom, and for what.',
          items: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          'x-kubernetes-list-type': 'atomic',
        },
      },
    },
    status: {
      $id: 'io.k8s.api.flowcontrol.v1.FlowSchemaStatus',
      type: 'object',
      default: {},
      description: 'What has become of it.',
      $description: 'FlowSchemaStatus is what has become of a FlowSchema.',
      properties: {
        conditions: {
          type: 'array',
          description: 'What is known of it, such as that its priority level is missing.',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['type'],
          items: {
            $id: 'io.k8s.api.flowcontrol.v1.FlowSchemaCondition',
            type: 'object',
            default: {},
            $description: 'FlowSchemaCondition is one thing that is known of a FlowSchema.',
            properties: {
              type: { type: 'string', description: 'What it is about: Dangling.' },
              status: { type: 'string', description: 'True, False or Unknown.' },
              reason: { type: 'string', description: 'Why it changed last, in one word.' },
              message: { type: 'string', description: 'Why it changed last, for people to read.' },
            },
          },
        },
      },
    },
  },
} as const;

/** Which requests have which priority. */
export type FlowSchema = ObjectFromSchema<typeof flowSchemaSchema>;
