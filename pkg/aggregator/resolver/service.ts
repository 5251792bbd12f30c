import type { Endpoints } from '../../../apis/core/v1/endpoints-schema.ts';
import type { Service, ServicePort, ServiceSpec } from '../../../apis/core/v1/service-schema.ts';
import type { EndpointSlice } from '../../../apis/discovery.k8s.io/v1/endpoint-slice-schema.ts';
import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { Informer } from '../../client/cache/informer.ts';
import type { Indexers } from '../../client/cache/store.ts';
import { type EndpointSet, fromEndpoints, fromEndpointSlice, toAddresses } from './endpoint-set.ts';
import { toExternalService } from './external-service.ts';
import { followByKey } from './follow-by-key.ts';
import {
  type BackendAddress,
  type FollowingResolver,
  ResolveError,
  type ResolvedService,
  type ServiceReference,
  toServiceKey,
} from './interface.ts';

type Followed<T extends KubernetesObject> = Pick<Informer<T>, 'lister' | 'waitForSync' | 'addEventHandler'>;

/** Informers over everything that says where a Service is. */
export interface ServiceSources {
  readonly services: Followed<Service>;
  readonly endpoints: Followed<Endpoints>;
  /** With `endpointSliceIndexers`. */
  readonly endpointSlices: Followed<EndpointSlice>;
}

const byService = 'service';

/** What the informer over EndpointSlices needs, so that those of a Service are found without a search. */
export const endpointSliceIndexers: Indexers<EndpointSlice> = { [byService]: (slice) => [serviceKeyOf(slice)] };

function serviceKeyOf({ metadata }: EndpointSlice): string {
  const { namespace = '', labels } = metadata;
  return toServiceKey({ namespace, name: labels?.['kubernetes.io/service-name'] ?? '' });
}

/**
 * Finds a service by the core Service of its name and namespace: at its external name, or at the endpoints that are ready (upstream:
 * what `--enable-aggregator-routing` does). There is no service network here, so a cluster IP is nothing to connect to.
 */
export function newServiceResolver(sources: ServiceSources): FollowingResolver {
  const { services, endpoints, endpointSlices } = sources;
  const informers = [services, endpoints, endpointSlices];
  return {
    resolve(reference) {
      const key = toServiceKey(reference);
      const found = services.lister.get(key);
      if (found === undefined) throw newNotFound(reference);
      const { spec = {} } = found;
      if (spec.type === 'ExternalName') return toExternal(reference, spec);
      const listed = endpoints.lister.get(key);
      const slices = endpointSlices.lister.byIndex(byService, key).map(fromEndpointSlice);
      const sets = [...slices, ...(listed === undefined ? [] : fromEndpoints(listed))];
      return {
        addresses: findAddresses(reference, spec, sets),
        serverNames: [`${reference.name}.${reference.namespace}.svc`],
      };
    },
    async waitForSync(signal) {
      await Promise.all(informers.map((informer) => informer.waitForSync(signal)));
    },
    subscribe(listener) {
      const ends = [
        followByKey(services, listener),
        followByKey(endpoints, listener),
        followByKey(endpointSlices, listener, serviceKeyOf),
      ];
      return () => ends.forEach((end) => end());
    },
  };
}

function newNotFound({ namespace, name }: ServiceReference): ResolveError {
  const hint = `there is no Service "${name}" in namespace "${namespace}"; create one, of type ExternalName or with endpoints`;
  return new ResolveError('ServiceNotFound', `service/${name} in "${namespace}" is not present: ${hint}`);
}

/** The ports of such a Service need not be listed; one that is may lead to another port outside. */
function toExternal(reference: ServiceReference, { externalName = '', ports = [] }: ServiceSpec): ResolvedService {
  const target = findPort(ports, reference.port)?.targetPort;
  return toExternalService({ ...reference, port: typeof target === 'number' ? target : reference.port }, externalName);
}

function findPort(ports: readonly ServicePort[], wanted: number): ServicePort | undefined {
  return ports.find(({ port, protocol = 'TCP' }) => port === wanted && protocol === 'TCP');
}

function findAddresses(
  reference: ServiceReference,
  { ports = [], ipFamilies = [] }: ServiceSpec,
  sets: readonly EndpointSet[],
): readonly BackendAddress[] {
  const { name, namespace } = reference;
  const port = findPort(ports, reference.port);
  // The part before the colon is upstream's in each case, so that tools that look for it find it.
  if (port === undefined) {
    const hint = `the Service lists ${listOf(ports.map(toPortText), 'no port')}; correct spec.service.port of the APIService or spec.ports of the Service`;
    throw new ResolveError(
      'ServicePortError',
      `service/${name} in "${namespace}" is not listening on port ${reference.port}: ${hint}`,
    );
  }
  if (sets.length === 0) {
    const hint = `nothing here finds them by a selector; create an EndpointSlice with the label kubernetes.io/service-name=${name}, or Endpoints of this name`;
    throw new ResolveError(
      'EndpointsNotFound',
      `cannot find endpointslices for service/${name} in "${namespace}": ${hint}`,
    );
  }
  // Of a service in two families each backend has an address in both; the Service says which one comes first.
  for (const family of [...ipFamilies, undefined]) {
    const addresses = toAddresses(
      sets.filter((set) => family === undefined || set.family === family),
      port.name ?? '',
    );
    if (addresses.length > 0) return addresses;
  }
  throw newMissing(reference, port.name ?? '', sets);
}

function newMissing(
  { name, namespace }: ServiceReference,
  portName: string,
  sets: readonly EndpointSet[],
): ResolveError {
  const names = [...new Set(sets.flatMap(({ ports }) => ports.map((port) => JSON.stringify(port.name))))];
  const ready = sets.reduce((sum, set) => sum + set.ready.length, 0);
  const unready = sets.reduce((sum, set) => sum + set.unready, 0);
  const hint = `of their endpoints ${ready} are ready and ${unready} are not, and their ports are named ${listOf(names, 'nothing')}; the port of the Service and that of the endpoints must have one name`;
  return new ResolveError(
    'MissingEndpoints',
    `endpointslices for service/${name} in "${namespace}" have no addresses with port name ${JSON.stringify(portName)}: ${hint}`,
  );
}

function toPortText({ port, protocol = 'TCP' }: ServicePort): string {
  return protocol === 'TCP' ? String(port) : `${port}/${protocol}`;
}

function listOf(items: readonly string[], none: string): string {
  return items.length === 0 ? none : items.join(', ');
}
