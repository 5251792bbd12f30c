import type { FromSchema } from '../../../pkg/apimachinery/schema/schema.ts';

/** Schema of one rule of a role, in upstream's words and order. */
export const policyRuleSchema = {
  $id: 'io.k8s.api.rbac.v1.PolicyRule',
  type: 'object',
  default: {},
  $description:
    'PolicyRule holds information that describes a policy rule, but does not contain information about who the rule applies to or which namespace the rule applies to.',
  required: ['verbs'],
  properties: {
    verbs: {
      type: 'array',
      'x-kubernetes-list-type': 'atomic',
      description:
        "Verbs is a list of Verbs that apply to ALL the ResourceKinds contained in this rule. '*' represents all verbs.",
      items: { type: 'string', default: '' },
    },
    apiGroups: {
      type: 'array',
      'x-kubernetes-list-type': 'atomic',
      description:
        'APIGroups is the name of the APIGroup that contains the resources.  If multiple API groups are specified, any action requested against one of the enumerated resources in any API group will be allowed. "" represents the core API group and "*" represents all API groups.',
      items: { type: 'string', default: '' },
    },
    resources: {
      type: 'array',
      'x-kubernetes-list-type': 'atomic',
      description: "Resources is a list of resources this rule applies to. '*' represents all resources.",
      items: { type: 'string', default: '' },
    },
    resourceNames: {
      type: 'array',
      'x-kubernetes-list-type': 'atomic',
      description:
        'ResourceNames is an optional white list of names that the rule applies to.  An empty set means that everything is allowed.',
      items: { type: 'string', default: '' },
    },
    nonResourceURLs: {
      type: 'array',
      'x-kubernetes-list-type': 'atomic',
      description:
        'NonResourceURLs is a set of partial urls that a user should have access to.  *s are allowed, but only as the full, final step in the path Since non-resource URLs are not namespaced, this field is only applicable for ClusterRoles referenced from a ClusterRoleBinding. Rules can either apply to API resources (such as "pods" or "secrets") or non-resource URL paths (such as "/api"),  but not both.',
      items: { type: 'string', default: '' },
    },
  },
} as const;

/** What may be done with which resources or paths. */
export type PolicyRule = FromSchema<typeof policyRuleSchema>;
