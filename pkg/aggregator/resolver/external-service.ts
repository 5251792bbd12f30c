import { isIP } from 'node:net';
import type { ResolvedService, ServiceReference } from './interface.ts';

/** A service outside: at one host, whose certificate may carry the name of the service or that of the host. */
export function toExternalService({ namespace, name, port }: ServiceReference, host: string): ResolvedService {
  return { addresses: [{ host, port }], serverNames: [`${name}.${namespace}.svc`, toCertificateName(host)] };
}

/** Certificates carry absolute names without the dot at their end. */
function toCertificateName(host: string): string {
  return isIP(host) === 0 && host.endsWith('.') ? host.slice(0, -1) : host;
}
