import type { ObjectFromSchema } from '../../../pkg/apimachinery/schema/schema.ts';

/** Schema of `CustomResourceDefinition`, as far as it is needed to look for one. */
export const customResourceDefinitionSchema = {
  $id: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
  type: 'object',
  description:
    'CustomResourceDefinition says of which resources a server is told at run time. This server has none: the list is there for clients that look for a kind in it before they say that they do not know it, and it is empty.',
  required: ['spec'],
  properties: {
    spec: {
      $id: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec',
      type: 'object',
      default: {},
      description: 'What is asked for.',
      $description: 'CustomResourceDefinitionSpec says what a resource is called and what it looks like.',
      required: ['group', 'names', 'scope', 'versions'],
      properties: {
        group: { type: 'string', default: '', description: 'The API group of the resource.' },
        names: {
          $id: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionNames',
          type: 'object',
          default: {},
          description: 'The names of the resource and of its kind.',
          $description: 'CustomResourceDefinitionNames are the names of a resource.',
          required: ['plural', 'kind'],
          properties: {
            plural: { type: 'string', default: '', description: 'The name of the resource in paths.' },
            kind: { type: 'string', default: '', description: 'The kind of its objects.' },
          },
        },
        scope: { type: 'string', default: '', description: 'Cluster or Namespaced.' },
        versions: {
          type: 'array',
          description: 'The versions of the resource.',
          items: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          'x-kubernetes-list-type': 'atomic',
        },
      },
    },
  },
} as const;

/** What a resource that a server is told of at run time looks like. */
export type CustomResourceDefinition = ObjectFromSchema<typeof customResourceDefinitionSchema>;
