import { list, message, optional, type ProtobufMessage } from './message.ts';

const preconditionsMessage = message('Preconditions', {
  uid: [1, optional('string')],
  resourceVersion: [2, optional('string')],
});

/** Options in the body of a delete request. */
export const deleteOptionsMessage: ProtobufMessage = message('DeleteOptions', {
  gracePeriodSeconds: [1, optional('int64')],
  preconditions: [2, optional(preconditionsMessage)],
  orphanDependents: [3, optional('bool')],
  propagationPolicy: [4, optional('string')],
  dryRun: [5, list('string')],
  ignoreStoreReadErrorWithClusterBreakingPotential: [6, optional('bool')],
});
