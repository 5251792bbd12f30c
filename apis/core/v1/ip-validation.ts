import { isIPv4, isIPv6 } from 'node:net';
import { type FieldError, invalid } from '../../../pkg/apimachinery/validation/field-error.ts';

// Source: apimachinery `pkg/util/validation/ip.go`, kubernetes `pkg/apis/core/validation/validation.go` (`ValidateEndpointIP`).

/** Faults of an IP address that need not be in canonical form (Go: `IsValidIPForLegacyField`). */
export function validateAddress(address: string, path: string): FieldError[] {
  if (isMapped(address)) return [invalid(path, address, 'must not be an IPv4-mapped IPv6 address')];
  if (isAddress(address)) return [];
  const detail = isSloppy(address)
    ? 'must not have leading 0s'
    : 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
  return [invalid(path, address, detail)];
}

/** Faults of an IP address in canonical form (Go: `IsValidIP`). */
export function validateCanonicalAddress(address: string, path: string): FieldError[] {
  const faults = validateAddress(address, path);
  if (faults.length > 0) return faults;
  const canonical = toCanonical(address);
  if (canonical === address) return [];
  return [invalid(path, address, `must be in canonical form (${JSON.stringify(canonical)})`)];
}

/** Faults of an address at which a service is to be found: some addresses only have a meaning where they are used. */
export function validateEndpointAddress(address: string, path: string): FieldError[] {
  if (!isAddress(address)) return isSloppy(address) ? [] : [invalid(path, address, 'must be a valid IP address')];
  return specialRanges
    .filter(([, includes]) => includes(toCanonical(address)))
    .map(([detail]) => invalid(path, address, detail.replace('ADDRESS', address)));
}

/** Says that an IPv6 address could be written better. */
export function warnOfAddress(address: string, path: string): string[] {
  if (!isIPv6(address) || toCanonical(address) === address) return [];
  const quoted = JSON.stringify(address);
  return [
    `${path}: IPv6 address ${quoted} should be in RFC 5952 canonical format (${JSON.stringify(toCanonical(address))})`,
  ];
}

const specialRanges: readonly (readonly [detail: string, includes: (canonical: string) => boolean])[] = [
  ['may not be unspecified (ADDRESS)', (address) => address === '0.0.0.0' || address === '::'],
  [
    'may not be in the loopback range (127.0.0.0/8, ::1/128)',
    (address) => address.startsWith('127.') || address === '::1',
  ],
  [
    'may not be in the link-local range (169.254.0.0/16, fe80::/10)',
    (address) => address.startsWith('169.254.') || (firstGroup(address) & 0xffc0) === 0xfe80,
  ],
  [
    'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)',
    (address) => address.startsWith('224.0.0.') || (firstGroup(address) & 0xff0f) === 0xff02,
  ],
];

/** Go knows no zones here. */
function isAddress(address: string): boolean {
  return isIPv4(address) || (isIPv6(address) && !address.includes('%'));
}

/** Numbers with leading zeros, of which nobody can say whether they are octal. */
function isSloppy(address: string): boolean {
  return isIPv4(address.replaceAll(/(^|\.)0+(?=\d)/g, '$1'));
}

function isMapped(address: string): boolean {
  return isIPv6(address) && toCanonical(address).startsWith('::ffff:');
}

/** As RFC 5952 has it; a URL writes it like that. */
function toCanonical(address: string): string {
  return isIPv4(address) ? address : new URL(`http://[${address.replace(/%.*/, '')}]`).hostname.slice(1, -1);
}

/** The first 16 bits of an IPv6 address, 0 for others. */
function firstGroup(address: string): number {
  return address.includes(':') ? Number.parseInt(address.split(':')[0] || '0', 16) : 0;
}
