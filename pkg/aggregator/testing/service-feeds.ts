import type { Endpoints } from '../../../apis/core/v1/endpoints-schema.ts';
import type { Service, ServiceSpec } from '../../../apis/core/v1/service-schema.ts';
import type { EndpointSlice } from '../../../apis/discovery.k8s.io/v1/endpoint-slice-schema.ts';
import { endpointSliceIndexers, newServiceResolver } from '../resolver/service.ts';
import type { FollowingResolver } from '../resolver/interface.ts';
import { newObjectFeed, type ObjectFeed } from './object-feed.ts';

/** Services, and what says where they are, in namespace `ns`. */
export interface ServiceFeeds {
  readonly services: ObjectFeed<Service>;
  readonly endpoints: ObjectFeed<Endpoints>;
  readonly endpointSlices: ObjectFeed<EndpointSlice>;
  readonly resolver: FollowingResolver;
  /** Follows the feeds until the signal is aborted. */
  run(signal: AbortSignal): Promise<void>;
}

/** Feeds without objects and the resolver over them. */
export function newServiceFeeds(): ServiceFeeds {
  const services = newObjectFeed<Service>();
  const endpoints = newObjectFeed<Endpoints>();
  const endpointSlices = newObjectFeed<EndpointSlice>(endpointSliceIndexers);
  const informers = {
    services: services.informer,
    endpoints: endpoints.informer,
    endpointSlices: endpointSlices.informer,
  };
  return {
    services,
    endpoints,
    endpointSlices,
    resolver: newServiceResolver(informers),
    async run(signal) {
      await Promise.all(Object.values(informers).map((informer) => informer.run(signal)));
    },
  };
}

/** A Service with these facts. */
export function newService(name: string, spec: ServiceSpec): Service {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'ns' }, spec };
}

/** A place that an EndpointSlice names; `ready` absent says nothing. */
export interface EndpointFacts {
  readonly host: string;
  readonly ready?: boolean;
}

/** What a slice holds: places, and the port on which they listen. */
export interface SliceFacts {
  readonly name: string;
  /** Of the Service that it belongs to. */
  readonly service: string;
  readonly hosts: readonly (string | EndpointFacts)[];
  readonly port: number;
  readonly portName?: string;
  readonly family?: EndpointSlice['addressType'];
}

/** An EndpointSlice with these facts. */
export function newSlice({ name, service, hosts, port, portName, family = 'IPv4' }: SliceFacts): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace: 'ns', labels: { 'kubernetes.io/service-name': service } },
    addressType: family,
    endpoints: hosts.map((each) => {
      const { host, ready }: EndpointFacts = typeof each === 'string' ? { host: each } : each;
      return { addresses: [host], ...(ready === undefined ? {} : { conditions: { ready } }) };
    }),
    ports: [{ port, ...(portName === undefined ? {} : { name: portName }) }],
  };
}

/** Endpoints of a Service of this name. */
export function newEndpoints(name: string, subsets: NonNullable<Endpoints['subsets']>): Endpoints {
  return { apiVersion: 'v1', kind: 'Endpoints', metadata: { name, namespace: 'ns' }, subsets };
}
