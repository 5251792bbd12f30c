import { isIP } from 'node:net';
import type { ExternalName } from '../../../apis/service.grafana.app/v0alpha1/external-name-schema.ts';
import type { Lister } from '../../client/cache/store.ts';
import { ResolveError, type ResolvedService, type Resolver, type ServiceReference } from './interface.ts';

/** Finds a service by the ExternalName of its name and namespace; the port is the APIService's own. */
export function newExternalNameResolver(externalNames: Pick<Lister<ExternalName>, 'get'>): Resolver {
  return { resolve: (reference) => resolve(reference, externalNames.get(toServiceKey(reference))) };
}

/** Key of a service, and of the ExternalName behind it. */
export function toServiceKey({ namespace, name }: Pick<ServiceReference, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}

function resolve(reference: ServiceReference, found: ExternalName | undefined): ResolvedService {
  const { namespace, name, port } = reference;
  const host = found?.spec?.host ?? '';
  if (found === undefined) {
    // The part before the colon is upstream's, so that tools that look for it find it.
    const hint = `there is no ExternalName "${name}" in namespace "${namespace}"; create one whose spec.host says where the service runs`;
    throw new ResolveError('ServiceNotFound', `service/${name} in "${namespace}" is not present: ${hint}`);
  }
  if (host === '') {
    const hint = `the ExternalName "${name}" has no spec.host; set it to the place where the service runs`;
    throw new ResolveError('ServiceAccessError', `service/${name} in "${namespace}" cannot be reached: ${hint}`);
  }
  return { addresses: [{ host, port }], serverNames: [`${name}.${namespace}.svc`, toCertificateName(host)] };
}

/** Certificates carry absolute names without the dot at their end. */
function toCertificateName(host: string): string {
  return isIP(host) === 0 && host.endsWith('.') ? host.slice(0, -1) : host;
}
