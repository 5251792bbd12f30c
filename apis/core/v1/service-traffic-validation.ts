import { isIPv4, isIPv6 } from 'node:net';
import { type FieldError, forbidden, invalid, notSupported } from '../../../pkg/apimachinery/validation/field-error.ts';
import { validateLabelKey } from '../../../pkg/apimachinery/validation/label-names.ts';
import { validatePortNumber } from './service-port-validation.ts';
import type { ServiceSpec } from './service-schema.ts';
import { isExternallyAccessible } from './service-types.ts';

// Rules, texts and their order: kubernetes `pkg/apis/core/validation/validation.go`.

const onlyBalanced = "may only be used when `type` is 'LoadBalancer'";
const distributions = ['PreferClose', 'PreferSameNode', 'PreferSameZone'];

/** Faults of what a service says about load balancers and the ways of its traffic. */
export function validateTraffic(spec: ServiceSpec): FieldError[] {
  const { type, allocateLoadBalancerNodePorts, loadBalancerClass, trafficDistribution } = spec;
  const errors = validateSourceRanges(spec);
  if (type !== 'LoadBalancer' && allocateLoadBalancerNodePorts !== undefined) {
    errors.push(forbidden('spec.allocateLoadBalancerNodePorts', onlyBalanced));
  }
  if (loadBalancerClass !== undefined) errors.push(...validateClass(loadBalancerClass, type));
  errors.push(...validateExternalTraffic(spec));
  if (trafficDistribution !== undefined && !distributions.includes(trafficDistribution)) {
    errors.push(notSupported('spec.trafficDistribution', trafficDistribution, distributions));
  }
  return errors;
}

/** Upstream spells the member with a capital letter here. */
function validateSourceRanges({ type, loadBalancerSourceRanges: ranges = [] }: ServiceSpec): FieldError[] {
  const field = 'spec.LoadBalancerSourceRanges';
  const misplaced = ranges.length > 0 && type !== 'LoadBalancer' ? [forbidden(field, onlyBalanced)] : [];
  const wrong = ranges
    .map((range) => range.trim())
    .flatMap((range, index) =>
      isRange(range)
        ? []
        : [invalid(`${field}[${index}]`, range, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')],
    );
  return [...misplaced, ...wrong];
}

function isRange(range: string): boolean {
  const slash = range.indexOf('/');
  const address = range.slice(0, Math.max(slash, 0));
  const bits = range.slice(slash + 1);
  if (!/^\d{1,3}$/.test(bits)) return false;
  if (isIPv4(address)) return Number(bits) <= 32;
  return isIPv6(address) && !address.includes('%') && Number(bits) <= 128;
}

function validateClass(name: string, type: ServiceSpec['type']): FieldError[] {
  const field = 'spec.loadBalancerClass';
  if (type !== 'LoadBalancer') return [forbidden(field, onlyBalanced)];
  return validateLabelKey(name).map((detail) => invalid(field, name, detail));
}

function validateExternalTraffic(spec: ServiceSpec): FieldError[] {
  const { type, externalTrafficPolicy: policy, healthCheckNodePort: port } = spec;
  const errors: FieldError[] = [];
  if (policy !== undefined && !isExternallyAccessible(spec)) {
    errors.push(invalid('spec.externalTrafficPolicy', policy, 'may only be set for externally-accessible services'));
  }
  if (port === undefined) return errors;
  const field = 'spec.healthCheckNodePort';
  if (type === 'LoadBalancer' && policy === 'Local') return [...errors, ...validatePortNumber(port, field)];
  const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
  return [...errors, invalid(field, port, detail)];
}
