import { list, message, optional, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';
import { objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';
import { labelSelectorMessage } from '../../../pkg/apimachinery/protobuf/selector-messages.ts';

const policyRuleMessage = message('PolicyRule', {
  verbs: [1, list('string')],
  apiGroups: [2, list('string')],
  resources: [3, list('string')],
  resourceNames: [4, list('string')],
  nonResourceURLs: [5, list('string')],
});

/** How `Role` is written as protobuf. */
export const roleMessage: ProtobufMessage = message('Role', {
  metadata: [1, objectMetaMessage],
  rules: [2, list(policyRuleMessage)],
});

const aggregationRuleMessage = message('AggregationRule', {
  clusterRoleSelectors: [1, list(labelSelectorMessage)],
});

/** How `ClusterRole` is written as protobuf. */
export const clusterRoleMessage: ProtobufMessage = message('ClusterRole', {
  metadata: [1, objectMetaMessage],
  rules: [2, list(policyRuleMessage)],
  aggregationRule: [3, optional(aggregationRuleMessage)],
});
