import { isIP } from 'node:net';
import { validateDNS1123Subdomain } from '../../../pkg/apimachinery/validation/dns-names.ts';
import { type FieldError, forbidden, invalid, notSupported } from '../../../pkg/apimachinery/validation/field-error.ts';
import { validateAddress } from './ip-validation.ts';
import type { Service } from './service-schema.ts';

const modes = ['Proxy', 'VIP'];

/** Faults of a write to the status subresource. Source: kubernetes `ValidateLoadBalancerStatus`. */
export function validateServiceStatus({ spec, status }: Service): FieldError[] {
  const places = status?.loadBalancer?.ingress ?? [];
  const field = 'status.loadBalancer.ingress';
  if (places.length > 0 && spec?.type !== 'LoadBalancer') {
    return [forbidden(field, "may only be used when `spec.type` is 'LoadBalancer'")];
  }
  return places.flatMap(({ ip = '', ipMode, hostname = '' }, index) => {
    const path = `${field}[${index}]`;
    return [
      ...(ip === '' ? [] : validateAddress(ip, `${path}.ip`)),
      ...(ipMode === undefined ? [] : validateMode(ipMode, ip, `${path}.ipMode`)),
      ...(hostname === '' ? [] : validateHostname(hostname, `${path}.hostname`)),
    ];
  });
}

function validateMode(mode: string, ip: string, field: string): FieldError[] {
  if (ip === '') return [forbidden(field, 'may not be specified when `ip` is not set')];
  return modes.includes(mode) ? [] : [notSupported(field, mode, modes)];
}

function validateHostname(name: string, field: string): FieldError[] {
  const errors = validateDNS1123Subdomain(name).map((detail) => invalid(field, name, detail));
  if (isIP(name) !== 0) errors.push(invalid(field, name, 'must be a DNS name, not an IP address'));
  return errors;
}
