import { isIPv4, isIPv6 } from 'node:net';
import { equalJSON } from '../../../pkg/apimachinery/runtime/json.ts';
import { validateDNS1123Label, validateDNS1123Subdomain } from '../../../pkg/apimachinery/validation/dns-names.ts';
import {
  duplicate,
  type FieldError,
  invalid,
  notSupported,
  required,
  tooMany,
} from '../../../pkg/apimachinery/validation/field-error.ts';
import { validateLabelValue } from '../../../pkg/apimachinery/validation/label-names.ts';
import { validateNodeName, validatePortProtocols } from '../../core/v1/endpoints-validation.ts';
import { validateAddress, validateCanonicalAddress, validateEndpointAddress } from '../../core/v1/ip-validation.ts';
import type { Endpoint, EndpointHints, EndpointPort, EndpointSlice } from './endpoint-slice-schema.ts';

// Rules, texts and their order: kubernetes `pkg/apis/discovery/validation/validation.go`.

const addressTypes: readonly string[] = ['FQDN', 'IPv4', 'IPv6'];
const maxPorts = 20_000;
const maxEndpoints = 1000;
const maxAddresses = 100;
const maxHints = 8;

/** Faults of a new EndpointSlice. */
export function validateEndpointSlice(object: EndpointSlice): FieldError[] {
  return [...validateHead(object), ...validateEndpoints(object)];
}

/** Faults of a changed EndpointSlice: endpoints that stay may be as wrong as they were. */
export function validateEndpointSliceUpdate(object: EndpointSlice, old: EndpointSlice): FieldError[] {
  const faults = validateEndpoints(object);
  const isKept = faults.length > 0 && equalJSON(object.endpoints, old.endpoints);
  const { addressType } = object;
  return [
    ...validateHead(object),
    ...(isKept ? [] : faults),
    ...(addressType === old.addressType ? [] : [invalid('addressType', addressType, 'field is immutable')]),
  ];
}

function validateHead({ addressType, ports = [] }: EndpointSlice): FieldError[] {
  const faults =
    addressType === '' ? required('addressType', '') : notSupported('addressType', addressType, addressTypes);
  return [...(addressTypes.includes(addressType) ? [] : [faults]), ...validatePorts(ports)];
}

function validatePorts(ports: readonly EndpointPort[]): FieldError[] {
  if (ports.length > maxPorts) return [tooMany('ports', ports.length, maxPorts)];
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const { name = '' } = port;
    const field = `ports[${index}]`;
    const faults = name === '' ? [] : validateDNS1123Label(name);
    const repeated = names.has(name);
    names.add(name);
    return [
      ...faults.map((detail) => invalid(`${field}.name`, name, detail)),
      ...(repeated ? [duplicate(`${field}.name`, name)] : []),
      ...validatePortProtocols(port, field),
    ];
  });
}

function validateEndpoints({ endpoints = [], addressType }: EndpointSlice): FieldError[] {
  if (endpoints.length > maxEndpoints) return [tooMany('endpoints', endpoints.length, maxEndpoints)];
  return endpoints.flatMap((endpoint, index) => validateEndpoint(endpoint, addressType, `endpoints[${index}]`));
}

function validateEndpoint(endpoint: Endpoint, addressType: string, field: string): FieldError[] {
  const { addresses = [], nodeName, hostname, hints } = endpoint;
  const path = `${field}.addresses`;
  const names = hostname === undefined ? [] : validateDNS1123Label(hostname);
  return [
    ...(addresses.length === 0 ? [required(path, 'must contain at least 1 address')] : []),
    ...(addresses.length > maxAddresses ? [tooMany(path, addresses.length, maxAddresses)] : []),
    ...addresses.flatMap((address, index) => addressRules.get(addressType)?.(address, `${path}[${index}]`, path) ?? []),
    ...(nodeName === undefined ? [] : validateNodeName(nodeName, `${field}.nodeName`)),
    ...names.map((detail) => invalid(`${field}.hostname`, hostname, detail)),
    ...(hints === undefined ? [] : validateHints(hints, `${field}.hints`)),
  ];
}

/** A wrong family is told of the list, everything else of the address. */
type AddressRule = (address: string, path: string, listPath: string) => FieldError[];

const addressRules: ReadonlyMap<string, AddressRule> = new Map<string, AddressRule>([
  [
    'IPv4',
    (address, path, listPath) => {
      const faults = validateAddress(address, path);
      if (faults.length > 0) return faults;
      const family = isIPv4(address) ? [] : [invalid(listPath, address, 'must be an IPv4 address')];
      return [...family, ...validateEndpointAddress(address, path)];
    },
  ],
  [
    'IPv6',
    (address, path, listPath) => {
      const faults = validateCanonicalAddress(address, path);
      if (faults.length > 0) return faults;
      const family = isIPv6(address) ? [] : [invalid(listPath, address, 'must be an IPv6 address')];
      return [...family, ...validateEndpointAddress(address, path)];
    },
  ],
  ['FQDN', (address, path) => validateDomainName(address, path)],
]);

/** Go: `IsFullyQualifiedDomainName`. */
function validateDomainName(given: string, field: string): FieldError[] {
  if (given === '') return [required(field, '')];
  const name = given.replace(/\.$/, '');
  const faults = validateDNS1123Subdomain(name);
  if (faults.length > 0) return [invalid(field, name, faults.join(','))];
  const labels = name.split('.');
  if (labels.length < 2) {
    return [invalid(field, name, 'should be a domain with at least two segments separated by dots')];
  }
  const wrong = labels.find((label) => validateDNS1123Label(label).length > 0);
  return wrong === undefined ? [] : [invalid(field, wrong, validateDNS1123Label(wrong).join(','))];
}

function validateHints({ forZones = [], forNodes = [] }: EndpointHints, field: string): FieldError[] {
  const zones = validateHintNames(forZones, `${field}.forZones`, (name, path) =>
    validateLabelValue(name).map((detail) => invalid(path, name, detail)),
  );
  // Too many zones are told alone.
  if (forZones.length > maxHints) return zones;
  return [...zones, ...validateHintNames(forNodes, `${field}.forNodes`, validateNodeName)];
}

function validateHintNames(
  hints: readonly { readonly name: string }[],
  field: string,
  validateName: (name: string, path: string) => FieldError[],
): FieldError[] {
  if (hints.length > maxHints) return [tooMany(field, hints.length, maxHints)];
  const seen = new Set<string>();
  return hints.flatMap(({ name }, index) => {
    const path = `${field}[${index}].name`;
    const repeated = seen.has(name);
    seen.add(name);
    return [...(repeated ? [duplicate(path, name)] : []), ...validateName(name, path)];
  });
}
