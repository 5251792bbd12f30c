import { isIPv6 } from 'node:net';
import { equalJSON } from '../../../pkg/apimachinery/runtime/json.ts';
import { duplicate, type FieldError, invalid } from '../../../pkg/apimachinery/validation/field-error.ts';
import { validateAddress } from './ip-validation.ts';
import { losesHeadlessness } from './service-addresses.ts';
import type { ServiceSpec } from './service-schema.ts';
import { isHeadless, noClusterIP } from './service-types.ts';

// Source: kubernetes `pkg/apis/core/validation/validation.go` (`ValidateServiceClusterIPsRelatedFields` and its neighbours).

const field = 'spec.clusterIPs';

/** Faults of the addresses that a service was given. */
export function validateAddresses({ type, clusterIP, clusterIPs = [], ipFamilies = [] }: ServiceSpec): FieldError[] {
  if (type === 'ExternalName') return [];
  const errors: FieldError[] = [];
  if (clusterIP === undefined && clusterIPs.length > 0) {
    errors.push(invalid(field, clusterIPs, 'must be empty when `clusterIP` is not specified'));
  } else if (clusterIPs[0] !== clusterIP) {
    errors.push(invalid(field, clusterIPs, 'first value must match `clusterIP`'));
  }
  for (const [index, family] of ipFamilies.entries()) {
    if (ipFamilies.indexOf(family) === index) continue;
    errors.push(duplicate(`spec.ipFamilies[${index}]`, family));
  }
  const wrong = validateEachAddress(clusterIPs);
  errors.push(...wrong);
  if (clusterIPs.length > 2) errors.push(invalid(field, clusterIPs, 'may only hold up to 2 values'));
  if (wrong.length > 0) return errors;
  return [...errors, ...validateFamilies(clusterIPs, ipFamilies)];
}

/** Faults of addresses that changed: others may hold on to them. */
export function validateAddressUpdate(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  if (spec.type === 'ExternalName' || old.type === 'ExternalName') return [];
  const { clusterIPs = [] } = spec;
  const { clusterIPs: before = [] } = old;
  if (before.length === 0 || equalJSON(clusterIPs, before)) return [];
  if (clusterIPs.length === 0) {
    if (losesHeadlessness(spec, old)) return [];
    return [invalid(`${field}[0]`, clusterIPs, 'primary clusterIP can not be unset')];
  }
  const compared = clusterIPs.length === before.length ? before : before.slice(0, 1);
  return compared.flatMap((address, index) =>
    address === clusterIPs[index] ? [] : [invalid(`${field}[${index}]`, clusterIPs, 'may not change once set')],
  );
}

function validateEachAddress(clusterIPs: readonly string[]): FieldError[] {
  return clusterIPs.flatMap((address, index) => {
    if (index > 0 || address !== noClusterIP) return validateAddress(address, `${field}[${index}]`);
    return isHeadless({ clusterIPs: [...clusterIPs] })
      ? []
      : [invalid(field, clusterIPs, `'${noClusterIP}' must be the first and only value`)];
  });
}

function validateFamilies(clusterIPs: readonly string[], families: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  const sixes = clusterIPs.filter((address) => isIPv6(address)).length;
  if (clusterIPs.length > 1 && (sixes === 0 || sixes === clusterIPs.length)) {
    errors.push(invalid(field, clusterIPs, 'may specify no more than one IP for each IP family'));
  }
  for (const [index, address] of clusterIPs.entries()) {
    const family = families[index];
    if (address === noClusterIP || family === undefined || family === (isIPv6(address) ? 'IPv6' : 'IPv4')) continue;
    const detail = `expected an ${family} value as indicated by \`ipFamilies[${index}]\``;
    errors.push(invalid(`${field}[${index}]`, address, detail));
  }
  return errors;
}
