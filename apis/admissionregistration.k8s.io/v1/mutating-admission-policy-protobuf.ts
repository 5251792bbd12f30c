import { list, message, optional, required, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';
import { matchResourcesMessage, paramKindMessage, variableMessage } from './policy-protobuf.ts';
import { matchConditionMessage } from './webhook-protobuf.ts';
import { objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';

const applyConfigurationMessage = message('ApplyConfiguration', {
  expression: [1, 'string'],
});

const jsonPatchMessage = message('JSONPatch', {
  expression: [1, 'string'],
});

const mutationMessage = message('Mutation', {
  patchType: [2, required('string')],
  applyConfiguration: [3, optional(applyConfigurationMessage)],
  jsonPatch: [4, optional(jsonPatchMessage)],
});

const mutatingAdmissionPolicySpecMessage = message('MutatingAdmissionPolicySpec', {
  paramKind: [1, optional(paramKindMessage)],
  matchConstraints: [2, optional(matchResourcesMessage)],
  variables: [3, list(variableMessage)],
  mutations: [4, list(mutationMessage)],
  failurePolicy: [5, optional('string')],
  matchConditions: [6, list(matchConditionMessage)],
  reinvocationPolicy: [7, 'string'],
});

/** How `MutatingAdmissionPolicy` is written as protobuf. */
export const mutatingAdmissionPolicyMessage: ProtobufMessage = message('MutatingAdmissionPolicy', {
  metadata: [1, objectMetaMessage],
  spec: [2, mutatingAdmissionPolicySpecMessage],
});
