import type { ObjectFromSchema } from '../../../pkg/apimachinery/schema/schema.ts';

/** Schema of `SelfSubjectRulesReview`, in upstream's words and order. */
export const selfSubjectRulesReviewSchema = {
  $id: 'io.k8s.api.authorization.v1.SelfSubjectRulesReview',
  type: 'object',
  description:
    "SelfSubjectRulesReview enumerates the set of actions the current user can perform within a namespace. The returned list of actions may be incomplete depending on the server's authorization mode, and any errors experienced during the evaluation. SelfSubjectRulesReview should be used by UIs to show/hide actions, or to quickly let an end user reason about their permissions. It should NOT Be used by external systems to drive authorization decisions as this raises confused deputy, cache lifetime/revocation, and correctness concerns. SubjectAccessReview, and LocalAccessReview are the correct way to defer authorization decisions to the API server.",
  required: ['spec'],
  properties: {
    spec: {
      $id: 'io.k8s.api.authorization.v1.SelfSubjectRulesReviewSpec',
      type: 'object',
      default: {},
      description: 'spec holds information about the request being evaluated.',
      $description: 'SelfSubjectRulesReviewSpec defines the specification for SelfSubjectRulesReview.',
      properties: { namespace: { type: 'string', description: 'namespace to evaluate rules for. Required.' } },
    },
    status: {
      $id: 'io.k8s.api.authorization.v1.SubjectRulesReviewStatus',
      type: 'object',
      default: {},
      description: 'status is filled in by the server and indicates the set of actions a user can perform.',
      $description:
        "SubjectRulesReviewStatus contains the result of a rules check. This check can be incomplete depending on the set of authorizers the server is configured with and any errors experienced during evaluation. Because authorization rules are additive, if a rule appears in a list it's safe to assume the subject has that permission, even if that list is incomplete.",
      required: ['resourceRules', 'nonResourceRules', 'incomplete'],
      properties: {
        resourceRules: {
          type: 'array',
          'x-kubernetes-list-type': 'atomic',
          description:
            "resourceRules is the list of actions the subject is allowed to perform on resources. The list ordering isn't significant, may contain duplicates, and possibly be incomplete.",
          items: {
            $id: 'io.k8s.api.authorization.v1.ResourceRule',
            type: 'object',
            default: {},
            $description:
              "ResourceRule is the list of actions the subject is allowed to perform on resources. The list ordering isn't significant, may contain duplicates, and possibly be incomplete.",
            required: ['verbs'],
            properties: {
              verbs: {
                type: 'array',
                'x-kubernetes-list-type': 'atomic',
                description:
                  'verbs is a list of kubernetes resource API verbs, like: get, list, watch, create, update, delete, proxy.  "*" means all.',
                items: { type: 'string', default: '' },
              },
              apiGroups: {
                type: 'array',
                'x-kubernetes-list-type': 'atomic',
                description:
                  'apiGroups is the name of the APIGroup that contains the resources.  If multiple API groups are specified, any action requested against one of the enumerated resources in any API group will be allowed.  "*" means all.',
                items: { type: 'string', default: '' },
              },
              resources: {
                type: 'array',
                'x-kubernetes-list-type': 'atomic',
                description:
                  'resources is a list of resources this rule applies to.  "*" means all in the specified apiGroups.\n "*/foo" represents the subresource \'foo\' for all resources in the specified apiGroups.',
                items: { type: 'string', default: '' },
              },
              resourceNames: {
                type: 'array',
                'x-kubernetes-list-type': 'atomic',
                description:
                  'resourceNames is an optional white list of names that the rule applies to.  An empty set means that everything is allowed.  "*" means all.',
                items: { type: 'string', default: '' },
              },
            },
          },
        },
        nonResourceRules: {
          type: 'array',
          'x-kubernetes-list-type': 'atomic',
          description:
            "nonResourceRules is the list of actions the subject is allowed to perform on non-resources. The list ordering isn't significant, may contain duplicates, and possibly be incomplete.",
          items: {
            $id: 'io.k8s.api.authorization.v1.NonResourceRule',
            type: 'object',
            default: {},
            $description: 'NonResourceRule holds information that describes a rule for the non-resource',
            required: ['verbs'],
            properties: {
              verbs: {
                type: 'array',
                'x-kubernetes-list-type': 'atomic',
                description:
                  'verbs is a list of kubernetes non-resource API verbs, like: get, post, put, delete, patch, head, options.  "*" means all.',
                items: { type: 'string', default: '' },
              },
              nonResourceURLs: {
                type: 'array',
                'x-kubernetes-list-type': 'atomic',
                description:
                  'nonResourceURLs is a set of partial urls that a user should have access to.  *s are allowed, but only as the full, final step in the path.  "*" means all.',
                items: { type: 'string', default: '' },
              },
            },
          },
        },
        incomplete: {
          type: 'boolean',
          default: false,
          description:
            "incomplete is true when the rules returned by this call are incomplete. This is most commonly encountered when an authorizer, such as an external authorizer, doesn't support rules evaluation.",
        },
        evaluationError: {
          type: 'string',
          description:
            "evaluationError can appear in combination with Rules. It indicates an error occurred during rule evaluation, such as an authorizer that doesn't support rule evaluation, and that ResourceRules and/or NonResourceRules may be incomplete.",
        },
      },
    },
  },
} as const;

/** Asks for everything that the caller may do in one namespace. */
export type SelfSubjectRulesReview = ObjectFromSchema<typeof selfSubjectRulesReviewSchema>;
