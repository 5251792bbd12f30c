import { message, optional, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';
import { matchResourcesMessage, paramRefMessage } from './policy-protobuf.ts';
import { objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';

const mutatingAdmissionPolicyBindingSpecMessage = message('MutatingAdmissionPolicyBindingSpec', {
  policyName: [1, 'string'],
  paramRef: [2, optional(paramRefMessage)],
  matchResources: [3, optional(matchResourcesMessage)],
});

/** How `MutatingAdmissionPolicyBinding` is written as protobuf. */
export const mutatingAdmissionPolicyBindingMessage: ProtobufMessage = message('MutatingAdmissionPolicyBinding', {
  metadata: [1, objectMetaMessage],
  spec: [2, mutatingAdmissionPolicyBindingSpecMessage],
});
