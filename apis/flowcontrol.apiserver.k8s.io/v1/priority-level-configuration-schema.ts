import type { ObjectFromSchema } from '../../../pkg/apimachinery/schema/schema.ts';

/** Schema of `PriorityLevelConfiguration`, as far as it is needed to look for priority levels. */
export const priorityLevelConfigurationSchema = {
  $id: 'io.k8s.api.flowcontrol.v1.PriorityLevelConfiguration',
  type: 'object',
  description:
    'PriorityLevelConfiguration says how many requests of a priority level are worked on at a time, and what becomes of the others. This server has none: the list is there for extension servers, which then use the built-in levels, and it is empty.',
  properties: {
    spec: {
      $id: 'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationSpec',
      type: 'object',
      default: {},
      description: 'What is asked for.',
      $description: 'PriorityLevelConfigurationSpec is what becomes of the requests of a priority level.',
      required: ['type'],
      properties: {
        type: { type: 'string', default: '', description: 'Exempt for no limits at all, or Limited.' },
        limited: {
          $id: 'io.k8s.api.flowcontrol.v1.LimitedPriorityLevelConfiguration',
          type: 'object',
          description: 'The limits, for type Limited.',
          $description: 'LimitedPriorityLevelConfiguration are the limits of a priority level.',
          properties: {
            nominalConcurrencyShares: {
              type: 'integer',
              format: 'int32',
              description: 'The share of the level in all requests that are worked on at a time.',
            },
            limitResponse: {
              $id: 'io.k8s.api.flowcontrol.v1.LimitResponse',
              type: 'object',
              default: {},
              description: 'What becomes of requests beyond the limit.',
              $description: 'LimitResponse is what becomes of requests beyond a limit.',
              required: ['type'],
              properties: {
                type: { type: 'string', default: '', description: 'Queue or Reject.' },
                queuing: {
                  $id: 'io.k8s.api.flowcontrol.v1.QueuingConfiguration',
                  type: 'object',
                  description: 'The queues, for type Queue.',
                  $description: 'QueuingConfiguration are the queues of a priority level.',
                  properties: {
                    queues: { type: 'integer', format: 'int32', description: 'How many queues there are.' },
                    handSize: {
                      type: 'integer',
                      format: 'int32',
                      description: 'Out of how many queues a flow picks the shortest.',
                    },
                    queueLengthLimit: {
                      type: 'integer',
                      format: 'int32',
                      description: 'How many requests may wait in a queue.',
                    },
                  },
                },
              },
            },
            lendablePercent: {
              type: 'integer',
              format: 'int32',
              description: 'How much of its share the level lends to others.',
            },
            borrowingLimitPercent: {
              type: 'integer',
              format: 'int32',
              description: 'How much the level borrows from others.',
            },
          },
        },
      },
    },
  },
} as const;

/** How many requests are worked on at a time. */
export type PriorityLevelConfiguration = ObjectFromSchema<typeof priorityLevelConfigurationSchema>;
