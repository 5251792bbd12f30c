import { equalJSON } from '../../../pkg/apimachinery/runtime/json.ts';
import { validateDNS1123Label } from '../../../pkg/apimachinery/validation/dns-names.ts';
import { type FieldError, invalid, notSupported, required } from '../../../pkg/apimachinery/validation/field-error.ts';
import { validateLabelKey } from '../../../pkg/apimachinery/validation/label-names.ts';
import { validateSubdomainName } from '../../../pkg/apimachinery/validation/name-functions.ts';
import type { EndpointAddress, EndpointPort, Endpoints, EndpointSubset } from './endpoints-schema.ts';
import { validateAddress, validateEndpointAddress } from './ip-validation.ts';
import { validatePortNumber } from './service-port-validation.ts';

// Rules, texts and their order: kubernetes `pkg/apis/core/validation/validation.go` (`ValidateEndpoints`).

/** Faults of new Endpoints. */
export function validateEndpoints({ subsets = [] }: Endpoints): FieldError[] {
  return subsets.flatMap((subset, index) => validateSubset(subset, `subsets[${index}]`));
}

/** Faults of changed Endpoints: subsets that stay may be as wrong as they were. */
export function validateEndpointsUpdate(object: Endpoints, old: Endpoints): FieldError[] {
  const faults = validateEndpoints(object);
  return faults.length > 0 && equalJSON(object.subsets, old.subsets) ? [] : faults;
}

/** IP protocols of ports. */
export const portProtocols: readonly string[] = ['SCTP', 'TCP', 'UDP'];

/** Faults of what a port of any kind says beside its number. */
export function validatePortProtocols(
  { protocol = '', appProtocol }: { readonly protocol?: string; readonly appProtocol?: string },
  field: string,
): FieldError[] {
  const errors: FieldError[] = [];
  if (protocol === '') errors.push(required(`${field}.protocol`, ''));
  else if (!portProtocols.includes(protocol)) errors.push(notSupported(`${field}.protocol`, protocol, portProtocols));
  if (appProtocol === undefined) return errors;
  const faults = validateLabelKey(appProtocol).map((text) => invalid(`${field}.appProtocol`, appProtocol, text));
  return [...errors, ...faults];
}

/** Faults of the name of a node. */
export function validateNodeName(name: string, field: string): FieldError[] {
  return validateSubdomainName(name, false).map((detail) => invalid(field, name, detail));
}

function validateSubset(subset: EndpointSubset, field: string): FieldError[] {
  const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
  const isEmpty = addresses.length === 0 && notReadyAddresses.length === 0;
  return [
    ...(isEmpty ? [required(field, 'must specify `addresses` or `notReadyAddresses`')] : []),
    ...addresses.flatMap((each, index) => validateOneAddress(each, `${field}.addresses[${index}]`)),
    ...notReadyAddresses.flatMap((each, index) => validateOneAddress(each, `${field}.notReadyAddresses[${index}]`)),
    ...ports.flatMap((each, index) => validatePort(each, ports.length > 1, `${field}.ports[${index}]`)),
  ];
}

function validateOneAddress({ ip, hostname = '', nodeName }: EndpointAddress, field: string): FieldError[] {
  const names = hostname === '' ? [] : validateDNS1123Label(hostname);
  return [
    ...validateAddress(ip, `${field}.ip`),
    ...names.map((detail) => invalid(`${field}.hostname`, hostname, detail)),
    ...(nodeName === undefined ? [] : validateNodeName(nodeName, `${field}.nodeName`)),
    ...validateEndpointAddress(ip, `${field}.ip`),
  ];
}

function validatePort(port: EndpointPort, needsName: boolean, field: string): FieldError[] {
  const { name = '' } = port;
  const missing = needsName ? [required(`${field}.name`, '')] : [];
  const named = validateDNS1123Label(name).map((detail) => invalid(`${field}.name`, name, detail));
  return [
    ...(name === '' ? missing : named),
    ...validatePortNumber(port.port, `${field}.port`),
    ...validatePortProtocols(port, field),
  ];
}
