import { list, message, optional, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';
import { matchResourcesMessage, paramRefMessage } from './policy-protobuf.ts';
import { objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';

const validatingAdmissionPolicyBindingSpecMessage = message('ValidatingAdmissionPolicyBindingSpec', {
  policyName: [1, 'string'],
  paramRef: [2, optional(paramRefMessage)],
  matchResources: [3, optional(matchResourcesMessage)],
  validationActions: [4, list('string')],
});

/** How `ValidatingAdmissionPolicyBinding` is written as protobuf. */
export const validatingAdmissionPolicyBindingMessage: ProtobufMessage = message('ValidatingAdmissionPolicyBinding', {
  metadata: [1, objectMetaMessage],
  spec: [2, validatingAdmissionPolicyBindingSpecMessage],
});
