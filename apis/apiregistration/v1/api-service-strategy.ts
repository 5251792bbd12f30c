import type { Strategy } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { validatePathSegmentName } from '../../../pkg/apimachinery/validation/name-functions.ts';
import { localCondition, setAPIServiceCondition } from './api-service-conditions.ts';
import type { APIService } from './api-service-schema.ts';
import { isLocal } from './api-service-spec.ts';
import { validateAPIService, validateAPIServiceStatus } from './api-service-validation.ts';

// Source: kube-aggregator `pkg/registry/apiservice/strategy.go`, `pkg/apis/apiregistration/v1/defaults.go`.

/** How APIServices differ from other kinds. */
export const apiServiceStrategy: Strategy<APIService> = {
  applyDefaults,
  prepareForCreate,
  prepareForStatusUpdate,
  validate: validateAPIService,
  validateStatusUpdate: validateAPIServiceStatus,
  validateName: validatePathSegmentName,
};

/** Go has no absent numbers, and leaves false and empty out: an object reads the same however it was written. */
function applyDefaults(draft: APIService): void {
  const spec = (draft.spec ??= { groupPriorityMinimum: 0, versionPriority: 0 });
  spec.groupPriorityMinimum ??= 0;
  spec.versionPriority ??= 0;
  if (spec.service !== undefined) spec.service.port ??= 443;
  if (spec.insecureSkipTLSVerify === false) delete spec.insecureSkipTLSVerify;
  if (spec.caBundle === '') delete spec.caBundle;
  draft.status ??= {};
}

/** A local one is available at once; of a remote one nothing is known before the first probe. */
function prepareForCreate(draft: APIService): void {
  draft.status = {};
  const created = draft.metadata.creationTimestamp;
  if (isLocal(draft) && typeof created === 'string') setAPIServiceCondition(draft, localCondition, created);
}

/** A write to the status changes nothing else that a person could have meant to keep. */
function prepareForStatusUpdate(draft: APIService, old: APIService): void {
  for (const member of ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const) {
    const value = old.metadata[member];
    if (value === undefined) delete draft.metadata[member];
    else Object.assign(draft.metadata, { [member]: structuredClone(value) });
  }
}
