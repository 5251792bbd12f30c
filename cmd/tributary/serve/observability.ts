import type { APIService } from '../../../apis/apiregistration/v1/api-service-schema.ts';
import { newDebugDelegate } from '../../../pkg/aggregator/handlers/debug.ts';
import type { Aggregator, AggregatorOptions } from '../../../pkg/aggregator/interface.ts';
import { addAPIServiceMetrics } from '../../../pkg/aggregator/metrics/api-service-metrics.ts';
import { type BackendMetrics, newBackendMetrics } from '../../../pkg/aggregator/metrics/backend-metrics.ts';
import { addCertificateMetrics, type SeenCertificates } from '../../../pkg/aggregator/metrics/certificate-metrics.ts';
import { type ControlMetrics, newControlMetrics } from '../../../pkg/aggregator/metrics/control-metrics.ts';
import { forgetGone } from '../../../pkg/aggregator/metrics/forget-gone.ts';
import {
  type BackendCertificates,
  newBackendCertificates,
  newBundleCertificates,
} from '../../../pkg/aggregator/metrics/seen-certificates.ts';
import { newSharedLookup } from '../../../pkg/aggregator/proxy/shared-lookup.ts';
import { newTransport, type TransportOptions } from '../../../pkg/aggregator/proxy/transport.ts';
import type { Controller } from '../../../pkg/apiserver/controllers/controller.ts';
import type { APIServer } from '../../../pkg/apiserver/server/api-server.ts';
import type { Lister } from '../../../pkg/client/cache/store.ts';
import { addWorkqueueMetrics, type MeasuredQueue } from '../../../pkg/client/workqueue/workqueue-metrics.ts';
import { systemClock } from '../../../pkg/component/id/clock.ts';
import type { MetricsRegistry } from '../../../pkg/component/metrics/interface.ts';
import type { Certificates } from './certificates.ts';
import { newFirstProbeCheck } from './first-probe-round.ts';

/** What is seen of backends on the way to them. */
export interface ObservedBackends {
  readonly metrics: BackendMetrics;
  readonly certificates: BackendCertificates;
  readonly observer: ControlMetrics;
  /** Opens transports that tell of the certificates that they see. */
  readonly newTransport: AggregatorOptions['newTransport'];
}

/** What is observed, and how it is reached. */
export interface ObserveOptions {
  readonly registry: MetricsRegistry;
  /** Asked for only when somebody looks. */
  readonly aggregator: () => Pick<Aggregator, 'list'>;
  readonly transport: TransportOptions;
}

/** Counts what goes to backends. */
export function observeBackends({ registry, aggregator, transport }: ObserveOptions): ObservedBackends {
  const certificates = newBackendCertificates(() => aggregator().list());
  const lookup = newSharedLookup({ clock: systemClock });
  return {
    metrics: newBackendMetrics(registry),
    certificates,
    observer: newControlMetrics(registry, { snapshots: () => aggregator().list(), clock: systemClock }),
    newTransport: (settings) =>
      newTransport(settings, {
        ...transport,
        lookup,
        onCertificate: (notAfter) => certificates.noteCertificate(settings, notAfter),
      }),
  };
}

/** The aggregator as one of the controllers, under the name of upstream's hook that waits for the same. */
export function toController(aggregator: Aggregator): Controller {
  return {
    name: 'apiservice-registration-controller',
    get queues() {
      return aggregator.queues();
    },
    hasSynced: () => aggregator.hasSynced(),
    run: (signal) => aggregator.run(signal),
  };
}

/** What a gateway shows of itself. */
export interface ObservabilityOptions {
  readonly server: APIServer;
  readonly registry: MetricsRegistry;
  readonly aggregator: Aggregator;
  readonly apiServices: Pick<Lister<APIService>, 'list'>;
  readonly backends: ObservedBackends;
  readonly certificates: Certificates;
  readonly queues: () => readonly MeasuredQueue[];
}

/** Shows metrics of the control path, `/debug/aggregator`, and in `/readyz` whether services have been probed. */
export function showGateway(options: ObservabilityOptions): void {
  const { server, registry, aggregator, apiServices, backends, queues } = options;
  const bundles = newBundleCertificates(() => apiServices.list());
  const certificates = (): SeenCertificates[] => [
    ...ownCertificates(options.certificates),
    ...backends.certificates.list(),
    ...bundles(),
  ];
  addAPIServiceMetrics(registry, aggregator);
  registry.counter({
    name: 'aggregator_discovery_aggregation_count_total',
    help: 'Number of times that discovery was put together.',
    labelNames: [],
    collect: (target) => target.set({}, server.discovery.aggregations),
  });
  forgetGone({ backends: backends.metrics, control: backends.observer }, aggregator);
  addCertificateMetrics(registry, { clock: systemClock, seen: certificates });
  addWorkqueueMetrics(registry, queues);
  server.addHealthCheck(newFirstProbeCheck(aggregator, systemClock));
  server.addDelegate(newDebugDelegate({ aggregator, queues, certificates, clock: systemClock }));
}

function ownCertificates({
  pki,
  serving,
  admin,
  proxyClient,
  handshakeCAs,
}: Certificates): readonly SeenCertificates[] {
  const own = {
    authority: pki.authority.certificate,
    'front-proxy-authority': pki.frontProxyAuthority.certificate,
    serving: serving.current().certificate,
    admin: admin.current().certificate,
    'proxy-client': proxyClient.current().certificate,
  };
  // By which clients are believed, each under its own name.
  const clientCAs = handshakeCAs.flatMap((source) => source.current().certificates);
  return [
    ...Object.entries(own).map(([use, { validToDate }]) => ({ use, of: 'gateway', notAfter: validToDate.getTime() })),
    ...clientCAs.map(({ subject, validToDate }) => {
      return { use: 'client-ca', of: subject.replaceAll('\n', ', '), notAfter: validToDate.getTime() };
    }),
  ];
}
