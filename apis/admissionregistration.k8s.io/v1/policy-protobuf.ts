import {
  inline,
  list,
  message,
  optional,
  required,
  type ProtobufMessage,
} from '../../../pkg/apimachinery/protobuf/message.ts';
import { ruleWithOperationsMessage } from './webhook-protobuf.ts';
import { labelSelectorMessage } from '../../../pkg/apimachinery/protobuf/selector-messages.ts';

const namedRuleWithOperationsMessage = message('NamedRuleWithOperations', {
  resourceNames: [1, list('string')],
  ruleWithOperations: [2, inline(ruleWithOperationsMessage)],
});

/** Which requests a policy is about. */
export const matchResourcesMessage: ProtobufMessage = message('MatchResources', {
  namespaceSelector: [1, optional(labelSelectorMessage)],
  objectSelector: [2, optional(labelSelectorMessage)],
  resourceRules: [3, list(namedRuleWithOperationsMessage)],
  excludeResourceRules: [4, list(namedRuleWithOperationsMessage)],
  matchPolicy: [7, optional('string')],
});

/** The kind of the parameters of a policy. */
export const paramKindMessage: ProtobufMessage = message('ParamKind', {
  apiVersion: [1, 'string'],
  kind: [2, 'string'],
});

/** The parameters of a policy. */
export const paramRefMessage: ProtobufMessage = message('ParamRef', {
  name: [1, 'string'],
  namespace: [2, 'string'],
  selector: [3, optional(labelSelectorMessage)],
  parameterNotFoundAction: [4, optional('string')],
});

/** A named expression. */
export const variableMessage: ProtobufMessage = message('Variable', {
  name: [1, required('string')],
  expression: [2, required('string')],
});
