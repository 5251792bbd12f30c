import type { APIService, APIServiceSpec } from './api-service-schema.ts';

/** The spec, also of an object that came without one. */
export function specOf(object: APIService): APIServiceSpec {
  return object.spec ?? { groupPriorityMinimum: 0, versionPriority: 0 };
}

/** Whether the gateway serves the group/version by itself. */
export function isLocal(object: APIService): boolean {
  return object.spec?.service === undefined;
}
