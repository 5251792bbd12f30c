import type { KindDefinition } from '../../apimachinery/schema/kind-definition.ts';
import type { ObjectFromSchema } from '../../apimachinery/schema/schema.ts';
import { scaleMessage } from './scale-protobuf.ts';

const scaleSchema = {
  $id: 'io.k8s.api.autoscaling.v1.Scale',
  type: 'object',
  description: 'Scale represents a scaling request for a resource.',
  properties: {
    spec: {
      $id: 'io.k8s.api.autoscaling.v1.ScaleSpec',
      type: 'object',
      default: {},
      description:
        'spec defines the behavior of the scale. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#spec-and-status.',
      $description: 'ScaleSpec describes the attributes of a scale subresource.',
      properties: {
        replicas: {
          type: 'integer',
          format: 'int32',
          description: 'replicas is the desired number of instances for the scaled object.',
        },
      },
    },
    status: {
      $id: 'io.k8s.api.autoscaling.v1.ScaleStatus',
      type: 'object',
      default: {},
      description:
        'status is the current status of the scale. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#spec-and-status. Read-only.',
      $description: 'ScaleStatus represents the current status of a scale subresource.',
      required: ['replicas'],
      properties: {
        replicas: {
          type: 'integer',
          format: 'int32',
          default: 0,
          description: 'replicas is the actual number of observed instances of the scaled object.',
        },
        selector: {
          type: 'string',
          description:
            'selector is the label query over pods that should match the replicas count. This is same as the label selector but in the string format to avoid introspection by clients. The string will be in the same format as the query-param syntax. More info about label selectors: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/',
        },
      },
    },
  },
} as const;

/** How many instances an object is to have, and has. */
export type Scale = ObjectFromSchema<typeof scaleSchema>;

/** What every `scale` subresource is read and written as. It has no resource of its own. */
export const scaleKind: KindDefinition<Scale> = {
  group: 'autoscaling',
  version: 'v1',
  kind: 'Scale',
  plural: 'scales',
  singular: 'scale',
  scope: 'Namespaced',
  schema: scaleSchema,
  protobuf: scaleMessage,
};
