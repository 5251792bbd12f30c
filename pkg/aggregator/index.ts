/**
 * Aggregation for an API server of your own: register services, watch over them, carry requests to them.
 *
 * @module
 */
export { newAggregator } from './aggregator.ts';
export type { ProxyDelegateOptions } from './handlers/proxy.ts';
export { newProxyDelegate } from './handlers/proxy.ts';
export type {
  Aggregator,
  AggregatorOptions,
  APIServiceDescription,
  BackendCredentials,
  DiscoveryEntry,
  DiscoverySink,
  Exchange,
  OpenAPIDocument,
  OpenAPISink,
} from './interface.ts';
export type { BackendStep } from './proxy/backend-failure.ts';
export { BackendFailure } from './proxy/backend-failure.ts';
export type { Outcome, ProxyEngine, Transport, TransportSettings } from './proxy/interface.ts';
export { newTransport } from './proxy/transport.ts';
export type { BackendAddress, ResolvedService, Resolver, ServiceReference } from './resolver/interface.ts';
export { ResolveError } from './resolver/interface.ts';
export type { APIServiceSnapshot, Availability, SnapshotChange } from './snapshot.ts';
