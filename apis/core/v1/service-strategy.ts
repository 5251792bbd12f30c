import type { Strategy } from '../../../pkg/apimachinery/schema/kind-definition.ts';
import { validateLabelName } from '../../../pkg/apimachinery/validation/name-functions.ts';
import { fillAddresses, keepAddresses } from './service-addresses.ts';
import { applyServiceDefaults } from './service-defaults.ts';
import type { Service } from './service-schema.ts';
import { validateServiceStatus } from './service-status-validation.ts';
import { isHeadless, needsNodePorts } from './service-types.ts';
import { dropTypeDependentFields } from './service-update.ts';
import { validateService, validateServiceUpdate } from './service-validation.ts';

// Source: kubernetes `pkg/registry/core/service/strategy.go`, `pkg/api/service/warnings.go`.

/** How Services differ from other kinds. Names are labels of RFC 1123: upstream relaxed its rule in 1.36. */
export const serviceStrategy: Strategy<Service> = {
  applyDefaults: applyServiceDefaults,
  prepareForCreate,
  prepareForUpdate,
  validate: validateService,
  validateUpdate: validateServiceUpdate,
  validateStatusUpdate: validateServiceStatus,
  validateName: validateLabelName,
  warnings: toWarnings,
};

function prepareForCreate(draft: Service): void {
  draft.status = { loadBalancer: {} };
  if (draft.spec !== undefined) fillAddresses(draft.spec);
}

function prepareForUpdate({ spec = {} }: Service, { spec: old = {} }: Service): void {
  dropTypeDependentFields(spec, old);
  keepAddresses(spec, old);
  fillAddresses(spec);
}

function toWarnings({ spec = {} }: Service, old: Service | undefined): string[] {
  const { type, externalName, sessionAffinity, externalIPs = [], loadBalancerIP } = spec;
  const warnings: string[] = [];
  if (needsNodePorts(spec) && old?.spec?.type !== type) {
    warnings.push('spec.type: this server has no service network: cluster IPs and node ports are not allocated');
  }
  if (type !== 'ExternalName' && externalName !== undefined) {
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  }
  if (!isHeadless(spec)) return warnings;
  if (loadBalancerIP !== undefined) warnings.push('spec.loadBalancerIP is ignored for headless services');
  if (externalIPs.length > 0) warnings.push('spec.externalIPs is ignored for headless services');
  if (sessionAffinity !== 'None') warnings.push('spec.SessionAffinity is ignored for headless services');
  return warnings;
}
