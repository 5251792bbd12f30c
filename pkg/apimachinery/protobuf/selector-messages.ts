import { list, mapOf, message, required, type ProtobufMessage } from './message.ts';

/** One condition on a label. */
export const labelSelectorRequirementMessage: ProtobufMessage = message('LabelSelectorRequirement', {
  key: [1, required('string')],
  operator: [2, required('string')],
  values: [3, list('string')],
});

/** Which objects are meant, by their labels. */
export const labelSelectorMessage: ProtobufMessage = message('LabelSelector', {
  matchLabels: [1, mapOf('string')],
  matchExpressions: [2, list(labelSelectorRequirementMessage)],
});

/** One aspect of the state of an object. */
export const conditionMessage: ProtobufMessage = message('Condition', {
  type: [1, required('string')],
  status: [2, required('string')],
  observedGeneration: [3, 'int64'],
  lastTransitionTime: [4, 'time'],
  reason: [5, required('string')],
  message: [6, required('string')],
});

/** One condition on a field. */
export const fieldSelectorRequirementMessage: ProtobufMessage = message('FieldSelectorRequirement', {
  key: [1, required('string')],
  operator: [2, required('string')],
  values: [3, list('string')],
});
