import type { APIService, APIServiceCondition } from './api-service-schema.ts';

/** What is said of a condition; when it changed follows from what was said before. */
export type ConditionUpdate = Omit<APIServiceCondition, 'lastTransitionTime'>;

/** The condition of a type, if there is one. */
export function findAPIServiceCondition(object: APIService, type: string): APIServiceCondition | undefined {
  return object.status?.conditions?.find((condition) => condition.type === type);
}

/**
 * Sets the condition of a type and leaves the others alone. `time` (RFC 3339) becomes the transition time only when the status
 * is another one than before (Go: `SetAPIServiceCondition`). Changes `draft`.
 */
export function setAPIServiceCondition(draft: APIService, update: ConditionUpdate, time: string): void {
  draft.status ??= {};
  const conditions = (draft.status.conditions ??= []);
  const index = conditions.findIndex((condition) => condition.type === update.type);
  const known = conditions[index];
  const lastTransitionTime = (known?.status === update.status ? known.lastTransitionTime : undefined) ?? time;
  const { type, status, ...texts } = update;
  conditions[index === -1 ? conditions.length : index] = { type, status, lastTransitionTime, ...texts };
}

/** What a local APIService's status says: it is served by this process, so it is there whenever the answer is. */
export const localCondition: ConditionUpdate = {
  type: 'Available',
  status: 'True',
  reason: 'Local',
  message: 'Local APIServices are always available',
};
