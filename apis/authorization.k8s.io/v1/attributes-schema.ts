/* oxlint-disable typescript/no-unnecessary-type-assertion -- declarations of one file alone need the types that others give */
import type { FromSchema } from '../../../pkg/apimachinery/schema/schema.ts';
import { labelRequirementSchema } from '../../../pkg/apimachinery/validation/label-requirement-schema.ts';

/** Schema of what is asked of a resource, in upstream's words and order. */
export const resourceAttributesSchema = {
  $id: 'io.k8s.api.authorization.v1.ResourceAttributes',
  type: 'object',
  description: 'resourceAttributes describes information for a resource access request',
  $description:
    'ResourceAttributes includes the authorization attributes available for resource requests to the Authorizer interface',
  properties: {
    namespace: {
      type: 'string',
      description:
        'namespace is the namespace of the action being requested.  Currently, there is no distinction between no namespace and all namespaces "" (empty) is defaulted for LocalSubjectAccessReviews "" (empty) is empty for cluster-scoped resources "" (empty) means "all" for namespace scoped resources from a SubjectAccessReview or SelfSubjectAccessReview',
    },
    verb: {
      type: 'string',
      description:
        'verb is a kubernetes resource API verb, like: get, list, watch, create, update, delete, proxy.  "*" means all.',
    },
    group: { type: 'string', description: 'group is the API Group of the Resource.  "*" means all.' },
    version: { type: 'string', description: 'version is the API Version of the Resource.  "*" means all.' },
    resource: { type: 'string', description: 'resource is one of the existing resource types.  "*" means all.' },
    subresource: { type: 'string', description: 'subresource is one of the existing resource types.  "" means none.' },
    name: {
      type: 'string',
      description:
        'name is the name of the resource being requested for a "get" or deleted for a "delete". "" (empty) means all.',
    },
    fieldSelector: {
      $id: 'io.k8s.api.authorization.v1.FieldSelectorAttributes',
      type: 'object',
      description:
        'fieldSelector describes the limitation on access based on field.  It can only limit access, not broaden it.',
      $description:
        'FieldSelectorAttributes indicates a field limited access. Webhook authors are encouraged to * ensure rawSelector and requirements are not both set * consider the requirements field if set * not try to parse or consider the rawSelector field if set. This is to avoid another CVE-2022-2880 (i.e. getting different systems to agree on how exactly to parse a query is not something we want), see https://www.oxeye.io/resources/golang-parameter-smuggling-attack for more details. For the *SubjectAccessReview endpoints of the kube-apiserver: * If rawSelector is empty and requirements are empty, the request is not limited. * If rawSelector is present and requirements are empty, the rawSelector will be parsed and limited if the parsing succeeds. * If rawSelector is empty and requirements are present, the requirements should be honored * If rawSelector is present and requirements are present, the request is invalid.',
      properties: {
        rawSelector: {
          type: 'string',
          description:
            "rawSelector is the serialization of a field selector that would be included in a query parameter. Webhook implementations are encouraged to ignore rawSelector. The kube-apiserver's *SubjectAccessReview will parse the rawSelector as long as the requirements are not present.",
        },
        requirements: {
          type: 'array',
          'x-kubernetes-list-type': 'atomic',
          description:
            'requirements is the parsed interpretation of a field selector. All requirements must be met for a resource instance to match the selector. Webhook implementations should handle requirements, but how to handle them is up to the webhook. Since requirements can only limit the request, it is safe to authorize as unlimited request if the requirements are not understood.',
          items: {
            $id: 'io.k8s.apimachinery.pkg.apis.meta.v1.FieldSelectorRequirement',
            type: 'object',
            default: {},
            $description:
              'FieldSelectorRequirement is a selector that contains values, a key, and an operator that relates the key and values.',
            required: ['key', 'operator'],
            properties: {
              key: {
                type: 'string',
                default: '',
                description: 'key is the field selector key that the requirement applies to.',
              },
              operator: {
                type: 'string',
                default: '',
                description:
                  "operator represents a key's relationship to a set of values. Valid operators are In, NotIn, Exists, DoesNotExist. The list of operators may grow in the future.",
              },
              values: {
                type: 'array',
                'x-kubernetes-list-type': 'atomic',
                description:
                  'values is an array of string values. If the operator is In or NotIn, the values array must be non-empty. If the operator is Exists or DoesNotExist, the values array must be empty.',
                items: { type: 'string', default: '' },
              },
            },
          },
        },
      },
    },
    labelSelector: {
      $id: 'io.k8s.api.authorization.v1.LabelSelectorAttributes',
      type: 'object',
      description:
        'labelSelector describes the limitation on access based on labels.  It can only limit access, not broaden it.',
      $description:
        'LabelSelectorAttributes indicates a label limited access. Webhook authors are encouraged to * ensure rawSelector and requirements are not both set * consider the requirements field if set * not try to parse or consider the rawSelector field if set. This is to avoid another CVE-2022-2880 (i.e. getting different systems to agree on how exactly to parse a query is not something we want), see https://www.oxeye.io/resources/golang-parameter-smuggling-attack for more details. For the *SubjectAccessReview endpoints of the kube-apiserver: * If rawSelector is empty and requirements are empty, the request is not limited. * If rawSelector is present and requirements are empty, the rawSelector will be parsed and limited if the parsing succeeds. * If rawSelector is empty and requirements are present, the requirements should be honored * If rawSelector is present and requirements are present, the request is invalid.',
      properties: {
        rawSelector: {
          type: 'string',
          description:
            "rawSelector is the serialization of a field selector that would be included in a query parameter. Webhook implementations are encouraged to ignore rawSelector. The kube-apiserver's *SubjectAccessReview will parse the rawSelector as long as the requirements are not present.",
        },
        requirements: {
          type: 'array',
          'x-kubernetes-list-type': 'atomic',
          description:
            'requirements is the parsed interpretation of a label selector. All requirements must be met for a resource instance to match the selector. Webhook implementations should handle requirements, but how to handle them is up to the webhook. Since requirements can only limit the request, it is safe to authorize as unlimited request if the requirements are not understood.',
          items: labelRequirementSchema as typeof labelRequirementSchema,
        },
      },
    },
  },
} as const;

/** A request for a resource. */
export type ResourceAttributes = FromSchema<typeof resourceAttributesSchema>;

/** Schema of what is asked of a path, in upstream's words and order. */
export const nonResourceAttributesSchema = {
  $id: 'io.k8s.api.authorization.v1.NonResourceAttributes',
  type: 'object',
  description: 'nonResourceAttributes describes information for a non-resource access request',
  $description:
    'NonResourceAttributes includes the authorization attributes available for non-resource requests to the Authorizer interface',
  properties: {
    path: { type: 'string', description: 'path is the URL path of the request' },
    verb: { type: 'string', description: 'verb is the standard HTTP verb' },
  },
} as const;

/** A request for a path. */
export type NonResourceAttributes = FromSchema<typeof nonResourceAttributesSchema>;
