import { validateDNS1123Subdomain } from '../../../pkg/apimachinery/validation/dns-names.ts';
import { type FieldError, forbidden, invalid, required } from '../../../pkg/apimachinery/validation/field-error.ts';
import { validateLabels, validateStandardFinalizers } from '../../../pkg/apimachinery/validation/object-meta.ts';
import { validateAddress } from './ip-validation.ts';
import { validateAddresses, validateAddressUpdate } from './service-address-validation.ts';
import { validateDistinctPorts, validateServicePorts } from './service-port-validation.ts';
import type { Service, ServiceSpec } from './service-schema.ts';
import { validateTraffic } from './service-traffic-validation.ts';
import { isHeadless, needsNodePorts } from './service-types.ts';

// Rules, texts and their order: kubernetes `pkg/apis/core/validation/validation.go`. Values of enums are checked by the schema.

/** Faults of a new Service. */
export function validateService({ metadata, spec = {} }: Service): FieldError[] {
  const { ports = [], externalIPs = [] } = spec;
  const isOfPorts = spec.type !== 'ExternalName' && !isHeadless(spec);
  return [
    ...validateStandardFinalizers(metadata.finalizers),
    ...(isOfPorts && ports.length === 0 ? [required('spec.ports', '')] : []),
    ...validateType(spec),
    ...validateServicePorts(ports),
    ...validateLabels(spec.selector, 'spec.selector'),
    ...validateAffinity(spec),
    ...validateAddresses(spec),
    ...externalIPs.flatMap((address, index) => validateAddress(address, `spec.externalIPs[${index}]`)),
    ...validateDistinctPorts(spec),
    ...validateTraffic(spec),
  ];
}

/** Faults of a changed Service. */
export function validateServiceUpdate(object: Service, old: Service): FieldError[] {
  const { spec = {} } = object;
  const { spec: before = {} } = old;
  const isBalanced = spec.type === 'LoadBalancer' && before.type === 'LoadBalancer';
  const keepsClass = !isBalanced || spec.loadBalancerClass === before.loadBalancerClass;
  return [
    ...validateAddressUpdate(spec, before),
    ...(keepsClass ? [] : [invalid('spec.loadBalancerClass', spec.loadBalancerClass, 'may not change once set')]),
    ...validateService(object),
  ];
}

function validateType(spec: ServiceSpec): FieldError[] {
  if (spec.type === 'ExternalName') return validateExternalName(spec);
  return [...validateKubeletPort(spec), ...validateHasAddress(spec)];
}

const kubeletPort = 10_250;

function validateKubeletPort({ type, ports = [] }: ServiceSpec): FieldError[] {
  if (type !== 'LoadBalancer') return [];
  const detail = `may not expose port ${kubeletPort} externally since it is used by kubelet`;
  return ports.flatMap(({ port }, index) =>
    port === kubeletPort ? [invalid(`spec.ports[${index}]`, port, detail)] : [],
  );
}

function validateHasAddress(spec: ServiceSpec): FieldError[] {
  if (!needsNodePorts(spec) || !isHeadless(spec)) return [];
  return [invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`)];
}

function validateExternalName(spec: ServiceSpec): FieldError[] {
  const errors = (['clusterIPs', 'ipFamilies', 'ipFamilyPolicy'] as const)
    .filter((member) => spec[member] !== undefined)
    .map((member) => forbidden(`spec.${member}`, 'may not be set for ExternalName services'));
  // A trailing dot marks an absolute name.
  const name = (spec.externalName ?? '').replace(/\.$/, '');
  if (name === '') return [...errors, required('spec.externalName', '')];
  return [...errors, ...validateDNS1123Subdomain(name).map((detail) => invalid('spec.externalName', name, detail))];
}

const maxAffinitySeconds = 86_400;

function validateAffinity({ sessionAffinity, sessionAffinityConfig }: ServiceSpec): FieldError[] {
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (sessionAffinity !== 'ClientIP' || seconds === undefined) return [];
  if (seconds > 0 && seconds <= maxAffinitySeconds) return [];
  const detail = `must be greater than 0 and less than ${maxAffinitySeconds}`;
  return [invalid('spec.sessionAffinityConfig.clientIP.timeoutSeconds', seconds, detail)];
}
