/**
 * Aggregation for an API server of your own: register services, watch over them, carry requests to them.
 *
 * @module
 */
export { newAggregator } from './aggregator.ts';
export type { CheckHost, HostCheckOptions } from './admission/host-check.ts';
export { newHostCheck } from './admission/host-check.ts';
export type { RegistrationWarningsOptions } from './admission/registration-warnings.ts';
export { newRegistrationWarnings } from './admission/registration-warnings.ts';
export type { AddressHealth, Health, HealthState } from './availability/health.ts';
export type { BreakerState } from './availability/traffic.ts';
export type { Trial } from './availability/trials.ts';
export type { Autoregistration, AutoregistrationOptions } from './autoregistration/autoregistration.ts';
export { newAutoregistration } from './autoregistration/autoregistration.ts';
export type { LocalGroupVersion } from './autoregistration/local-api-service.ts';
export { newTakeoverWarning } from './autoregistration/takeover-warning.ts';
export type {
  DiscoveryDescription,
  DocumentsDescription,
  OpenAPIDescription,
} from './documents/documents-description.ts';
export type { ProxyDelegateOptions } from './handlers/proxy.ts';
export { newProxyDelegate } from './handlers/proxy.ts';
export type { DebugOptions } from './handlers/debug.ts';
export { newDebugDelegate } from './handlers/debug.ts';
export type { BackendMetrics } from './metrics/backend-metrics.ts';
export { newBackendMetrics } from './metrics/backend-metrics.ts';
export type { ControlMetrics, ControlMetricsOptions } from './metrics/control-metrics.ts';
export { newControlMetrics } from './metrics/control-metrics.ts';
export type { ServiceMetrics } from './metrics/forget-gone.ts';
export { forgetGone } from './metrics/forget-gone.ts';
export type { AggregatorObserver } from './metrics/observer.ts';
export type { AggregatedContentOptions } from './namespaces/aggregated-content.ts';
export { newAggregatedContent } from './namespaces/aggregated-content.ts';
export type { AbandonedContent } from './namespaces/interface.ts';
export type {
  Aggregator,
  AggregatorOptions,
  APIServiceDescription,
  APIServiceEvent,
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
export { newExternalNameResolver } from './resolver/external-name.ts';
export type { HostRecords, LookupHost } from './resolver/host-records.ts';
export { newDNSLookup } from './resolver/host-records.ts';
export type {
  BackendAddress,
  FollowingResolver,
  ResolvedService,
  Resolver,
  ServiceReference,
} from './resolver/interface.ts';
export { newPrecedenceResolver } from './resolver/precedence.ts';
export type { ServiceSources } from './resolver/service.ts';
export { endpointSliceIndexers, newServiceResolver } from './resolver/service.ts';
export { ResolveError } from './resolver/interface.ts';
export type { IsLocal } from './service-reference.ts';
export type { APIServiceSnapshot, Availability, SnapshotChange, TrialWay } from './snapshot.ts';
