import { join } from 'node:path';
import { CertificateError } from './certificate-error.ts';

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const labelPattern = new RegExp(`^${label}$`);
const subdomainPattern = new RegExp(`^${label}(?:\\.${label})*$`);

/** The folder of a service's files. Its name becomes a path, so it is checked. Throws `CertificateError` `InvalidName`. */
export function serviceFolder(dataDir: string, service: string): string {
  if (service.length > 253 || !subdomainPattern.test(service)) throw invalid('service', service);
  return join(dataDir, 'services', service);
}

/** Checks a namespace. Throws `CertificateError` `InvalidName`. */
export function checkNamespace(namespace: string): void {
  if (!labelPattern.test(namespace)) throw invalid('namespace', namespace);
}

function invalid(what: string, name: string): CertificateError {
  const text = `${JSON.stringify(name)} is no name for a ${what}: lower-case letters, digits and '-', at most 63 of them`;
  return new CertificateError('InvalidName', text);
}
