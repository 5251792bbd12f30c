/* oxlint-disable typescript/no-unnecessary-type-assertion -- declarations of one file alone need the types that others give */
import type { ObjectFromSchema } from '../../../pkg/apimachinery/schema/schema.ts';
import { labelRequirementSchema } from '../../../pkg/apimachinery/validation/label-requirement-schema.ts';
import { policyRuleSchema } from './policy-rule-schema.ts';

/** Schema of `ClusterRole`, in upstream's words and order. */
export const clusterRoleSchema = {
  $id: 'io.k8s.api.rbac.v1.ClusterRole',
  type: 'object',
  description:
    'ClusterRole is a cluster level, logical grouping of PolicyRules that can be referenced as a unit by a RoleBinding or ClusterRoleBinding.',
  properties: {
    rules: {
      type: 'array',
      'x-kubernetes-list-type': 'atomic',
      description: 'Rules holds all the PolicyRules for this ClusterRole',
      items: policyRuleSchema as typeof policyRuleSchema,
    },
    aggregationRule: {
      $id: 'io.k8s.api.rbac.v1.AggregationRule',
      type: 'object',
      description:
        'AggregationRule is an optional field that describes how to build the Rules for this ClusterRole. If AggregationRule is set, then the Rules are controller managed and direct changes to Rules will be stomped by the controller.',
      $description: 'AggregationRule describes how to locate ClusterRoles to aggregate into the ClusterRole',
      properties: {
        clusterRoleSelectors: {
          type: 'array',
          'x-kubernetes-list-type': 'atomic',
          description:
            "ClusterRoleSelectors holds a list of selectors which will be used to find ClusterRoles and create the rules. If any of the selectors match, then the ClusterRole's permissions will be added",
          items: {
            $id: 'io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector',
            type: 'object',
            default: {},
            $description:
              'A label selector is a label query over a set of resources. The result of matchLabels and matchExpressions are ANDed. An empty label selector matches all objects. A null label selector matches no objects.',
            'x-kubernetes-map-type': 'atomic',
            properties: {
              matchLabels: {
                type: 'object',
                description:
                  'matchLabels is a map of {key,value} pairs. A single {key,value} in the matchLabels map is equivalent to an element of matchExpressions, whose key field is "key", the operator is "In", and the values array contains only "value". The requirements are ANDed.',
                additionalProperties: { type: 'string', default: '' },
              },
              matchExpressions: {
                type: 'array',
                'x-kubernetes-list-type': 'atomic',
                description: 'matchExpressions is a list of label selector requirements. The requirements are ANDed.',
                items: labelRequirementSchema as typeof labelRequirementSchema,
              },
            },
          },
        },
      },
    },
  },
} as const;

/** Rules that hold wherever they are bound. */
export type ClusterRole = ObjectFromSchema<typeof clusterRoleSchema>;
