import type { ObjectFromSchema } from '../../../pkg/apimachinery/schema/schema.ts';

/** Schema of `Namespace`, as far as this server has it. */
export const namespaceSchema = {
  $id: 'io.k8s.api.core.v1.Namespace',
  type: 'object',
  description: 'Namespace provides a scope for Names. Use of multiple namespaces is optional.',
  properties: {
    spec: {
      $id: 'io.k8s.api.core.v1.NamespaceSpec',
      type: 'object',
      default: {},
      description:
        'Spec defines the behavior of the Namespace. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#spec-and-status',
      $description: 'NamespaceSpec describes the attributes on a Namespace.',
      properties: {
        finalizers: {
          type: 'array',
          description:
            'Finalizers is an opaque list of values that must be empty to permanently remove object from storage. More info: https://kubernetes.io/docs/tasks/administer-cluster/namespaces/',
          items: { type: 'string', default: '' },
          'x-kubernetes-list-type': 'atomic',
        },
      },
    },
    status: {
      $id: 'io.k8s.api.core.v1.NamespaceStatus',
      type: 'object',
      default: {},
      description:
        'Status describes the current status of a Namespace. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#spec-and-status',
      $description: 'NamespaceStatus is information about the current status of a Namespace.',
      properties: {
        phase: {
          type: 'string',
          description:
            'Phase is the current lifecycle phase of the namespace. More info: https://kubernetes.io/docs/tasks/administer-cluster/namespaces/',
        },
        conditions: {
          type: 'array',
          description: "Represents the latest available observations of a namespace's current state.",
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['type'],
          'x-kubernetes-patch-strategy': 'merge',
          'x-kubernetes-patch-merge-key': 'type',
          items: {
            $id: 'io.k8s.api.core.v1.NamespaceCondition',
            type: 'object',
            $description: 'NamespaceCondition contains details about state of namespace.',
            required: ['type', 'status'],
            properties: {
              type: { type: 'string', description: 'Type of namespace controller condition.' },
              status: {
                type: 'string',
                enum: ['True', 'False', 'Unknown'],
                description: 'Status of the condition, one of True, False, Unknown.',
              },
              lastTransitionTime: {
                $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.Time',
                description: 'Last time the condition transitioned from one status to another.',
              },
              message: {
                type: 'string',
                description: 'Human-readable message indicating details about last transition.',
              },
              reason: {
                type: 'string',
                description: "Unique, one-word, CamelCase reason for the condition's last transition.",
              },
            },
          },
        },
      },
    },
  },
} as const;

/** A scope for names. */
export type Namespace = ObjectFromSchema<typeof namespaceSchema>;
