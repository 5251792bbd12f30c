import { list, message, optional, required, type ProtobufMessage } from '../../../pkg/apimachinery/protobuf/message.ts';
import { matchResourcesMessage, paramKindMessage, variableMessage } from './policy-protobuf.ts';
import { matchConditionMessage } from './webhook-protobuf.ts';
import { conditionMessage } from '../../../pkg/apimachinery/protobuf/selector-messages.ts';
import { objectMetaMessage } from '../../../pkg/apimachinery/protobuf/object-meta-messages.ts';

const validationMessage = message('Validation', {
  expression: [1, required('string')],
  message: [2, 'string'],
  reason: [3, optional('string')],
  messageExpression: [4, 'string'],
});

const auditAnnotationMessage = message('AuditAnnotation', {
  key: [1, required('string')],
  valueExpression: [2, required('string')],
});

const validatingAdmissionPolicySpecMessage = message('ValidatingAdmissionPolicySpec', {
  paramKind: [1, optional(paramKindMessage)],
  matchConstraints: [2, optional(matchResourcesMessage)],
  validations: [3, list(validationMessage)],
  failurePolicy: [4, optional('string')],
  auditAnnotations: [5, list(auditAnnotationMessage)],
  matchConditions: [6, list(matchConditionMessage)],
  variables: [7, list(variableMessage)],
});

const expressionWarningMessage = message('ExpressionWarning', {
  fieldRef: [2, required('string')],
  warning: [3, required('string')],
});

const typeCheckingMessage = message('TypeChecking', {
  expressionWarnings: [1, list(expressionWarningMessage)],
});

const validatingAdmissionPolicyStatusMessage = message('ValidatingAdmissionPolicyStatus', {
  observedGeneration: [1, 'int64'],
  typeChecking: [2, optional(typeCheckingMessage)],
  conditions: [3, list(conditionMessage)],
});

/** How `ValidatingAdmissionPolicy` is written as protobuf. */
export const validatingAdmissionPolicyMessage: ProtobufMessage = message('ValidatingAdmissionPolicy', {
  metadata: [1, objectMetaMessage],
  spec: [2, validatingAdmissionPolicySpecMessage],
  status: [3, validatingAdmissionPolicyStatusMessage],
});
