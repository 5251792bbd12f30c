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
      },
    },
  },
} as const;

/** A scope for names. */
export type Namespace = ObjectFromSchema<typeof namespaceSchema>;
