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

/** As Go writes it: a port always, but neither `false` nor an empty bundle. */
function applyDefaults({ spec }: APIService): void {
  if (spec?.service !== undefined) spec.service.port ??= 443;
  if (spec?.insecureSkipTLSVerify === false) delete spec.insecureSkipTLSVerify;
  if (spec?.caBundle === '') delete spec.caBundle;
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
