import { validateDNS1123Label } from '../../../pkg/apimachinery/validation/dns-names.ts';
import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  required,
} from '../../../pkg/apimachinery/validation/field-error.ts';
import { validateLabelKey } from '../../../pkg/apimachinery/validation/label-names.ts';
import type { ServicePort, ServiceSpec } from './service-schema.ts';

// Source: kubernetes `pkg/apis/core/validation/validation.go`, apimachinery `pkg/util/validation/validation.go`.

/** Faults of each port by itself, and of names that appear twice. */
export function validateServicePorts(ports: readonly ServicePort[]): FieldError[] {
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const field = `spec.ports[${index}]`;
    const { name = '' } = port;
    const errors = validatePortName(port, ports.length > 1, field);
    if (name !== '' && names.has(name)) errors.push(duplicate(`${field}.name`, name));
    names.add(name);
    return [...errors, ...validatePort(port, field)];
  });
}

/** Faults that only show between ports: what exists once per protocol and number. */
export function validateDistinctPorts({ type, ports = [] }: ServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  const isSet = ({ nodePort = 0 }: ServicePort): boolean => nodePort !== 0;
  for (const [index, port] of ports.entries()) {
    if (type !== 'ClusterIP' || !isSet(port)) continue;
    errors.push(forbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'"));
  }
  const nodePorts = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const key = `${port.protocol}/${port.nodePort}`;
    if (!isSet(port)) continue;
    if (nodePorts.has(key)) errors.push(duplicate(`spec.ports[${index}].nodePort`, port.nodePort));
    nodePorts.add(key);
  }
  const numbers = new Set<string>();
  for (const [index, { protocol = '', port }] of ports.entries()) {
    const key = `${protocol}/${port}`;
    if (numbers.has(key)) errors.push(duplicate(`spec.ports[${index}]`, toInternalPort(protocol, port)));
    numbers.add(key);
  }
  return errors;
}

/** Why a number is no port. */
export function validatePortNumber(port: number, field: string): FieldError[] {
  return port >= 1 && port <= 65_535 ? [] : [invalid(field, port, 'must be between 1 and 65535, inclusive')];
}

function validatePortName({ name = '' }: ServicePort, isNeeded: boolean, field: string): FieldError[] {
  if (name === '') return isNeeded ? [required(`${field}.name`, '')] : [];
  return validateDNS1123Label(name).map((detail) => invalid(`${field}.name`, name, detail));
}

function validatePort({ port, targetPort = 0, appProtocol }: ServicePort, field: string): FieldError[] {
  const errors = validatePortNumber(port, `${field}.port`);
  if (typeof targetPort === 'number') errors.push(...validatePortNumber(targetPort, `${field}.targetPort`));
  else errors.push(...validateTargetName(targetPort).map((text) => invalid(`${field}.targetPort`, targetPort, text)));
  if (appProtocol === undefined) return errors;
  return [
    ...errors,
    ...validateLabelKey(appProtocol).map((text) => invalid(`${field}.appProtocol`, appProtocol, text)),
  ];
}

/** The name of a port of a container, as IANA has them (RFC 6335). */
function validateTargetName(name: string): string[] {
  const faults: string[] = [];
  if (name.length > 15) faults.push('must be no more than 15 characters');
  if (!/^[-a-z0-9]*$/.test(name)) {
    faults.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(name)) faults.push('must contain at least one letter (a-z)');
  if (name.includes('--')) faults.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) faults.push('must not begin or end with a hyphen');
  return faults;
}

/** Upstream prints its internal type here, whose members have the names of Go. */
function toInternalPort(protocol: string, port: number): object {
  return { Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 };
}
