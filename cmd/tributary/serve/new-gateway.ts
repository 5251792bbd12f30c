import { randomInt } from 'node:crypto';
import { apiServiceKind } from '../../../apis/apiregistration/v1/api-service.ts';
import type { APIService } from '../../../apis/apiregistration/v1/api-service-schema.ts';
import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { eventKind } from '../../../apis/core/v1/event.ts';
import { namespaceKind } from '../../../apis/core/v1/namespace.ts';
import type { Namespace } from '../../../apis/core/v1/namespace-schema.ts';
import { newHostCheck } from '../../../pkg/aggregator/admission/host-check.ts';
import { newPlacePermission } from '../../../pkg/aggregator/admission/place-permission.ts';
import { newRegistrationWarnings } from '../../../pkg/aggregator/admission/registration-warnings.ts';
import { newAggregator } from '../../../pkg/aggregator/aggregator.ts';
import { newTakeoverWarning } from '../../../pkg/aggregator/autoregistration/takeover-warning.ts';
import type { Aggregator } from '../../../pkg/aggregator/interface.ts';
import { newProxyDelegate } from '../../../pkg/aggregator/handlers/proxy.ts';
import { newDNSLookup } from '../../../pkg/aggregator/resolver/host-records.ts';
import { hasReason } from '../../../pkg/apimachinery/errors/status-error.ts';
import { cloneJSON } from '../../../pkg/apimachinery/runtime/json.ts';
import type { GroupVersion } from '../../../pkg/apimachinery/schema/group-version.ts';
import type { AdmissionHook } from '../../../pkg/apiserver/admission/admission.ts';
import { newNamespaceLifecycle, systemNamespaces } from '../../../pkg/apiserver/admission/namespace-lifecycle.ts';
import type { TokenTable } from '../../../pkg/apiserver/authentication/token-file.ts';
import { newRBAC, type RBAC } from '../../../pkg/apiserver/authorization/rbac/new-rbac.ts';
import { serviceAccountKind } from '../../../apis/core/v1/service-account.ts';
import type { Controller } from '../../../pkg/apiserver/controllers/controller.ts';
import { newEventExpiry } from '../../../pkg/apiserver/controllers/events/event-expiry.ts';
import { newGarbageCollector } from '../../../pkg/apiserver/controllers/garbage-collector/garbage-collector.ts';
import { newLocalContent } from '../../../pkg/apiserver/controllers/namespace/local-content.ts';
import { newNamespaceController } from '../../../pkg/apiserver/controllers/namespace/namespace-controller.ts';
import { superviseControllers } from '../../../pkg/apiserver/controllers/supervised.ts';
import {
  type ManifestController,
  newManifestController,
} from '../../../pkg/apiserver/manifests/manifest-controller.ts';
import { newServiceAccountsController } from '../../../pkg/apiserver/controllers/service-accounts/service-accounts-controller.ts';
import { newListerWatcher } from '../../../pkg/apiserver/registry/lister-watcher.ts';
import { toStorageKey } from '../../../pkg/apiserver/registry/key.ts';
import type { Store } from '../../../pkg/apiserver/registry/store.ts';
import { APIServer } from '../../../pkg/apiserver/server/api-server.ts';
import type { UserInfo } from '../../../pkg/apiserver/user-info.ts';
import { type Informer, newInformer } from '../../../pkg/client/cache/informer.ts';
import { systemClock } from '../../../pkg/component/id/clock.ts';
import { newUUID } from '../../../pkg/component/id/uuid.ts';
import type { Logger } from '../../../pkg/component/logs/logger.ts';
import type { Metrics } from '../../../pkg/component/metrics/interface.ts';
import { newMetrics } from '../../../pkg/component/metrics/metrics.ts';
import { newVersionInfo } from '../../../pkg/component/version/version-info.ts';
import type { Storage } from '../../../pkg/storage/interface.ts';
import type { IdentitySettings } from '../options/identity-settings.ts';
import type { ProxySettings } from '../options/proxy-settings.ts';
import { newAggregatedNamespaces } from './aggregated-namespaces.ts';
import { attachAuthorization } from './authorization.ts';
import type { RuntimeConfig } from '../options/runtime-config.ts';
import type { Certificates } from './certificates.ts';
import { newFollowedServices } from './followed-services.ts';
import { type Identity, newIdentity } from './identity.ts';
import { installKinds, ownGroupVersions, storeOf } from './kinds.ts';
import { newLocalAPIServices } from './local-api-services.ts';
import { observeBackends, showGateway, toController } from './observability.ts';
import { newServiceDocuments } from './service-documents.ts';

/** What a gateway is made of. */
export interface GatewayOptions {
  readonly storage: Storage;
  readonly certificates: Certificates;
  readonly tokens: TokenTable | undefined;
  readonly identity: IdentitySettings;
  readonly logger: Logger;
  readonly proxy: ProxySettings;
  /** Which of the own APIs are served. */
  readonly runtimeConfig: RuntimeConfig;
  /** How long events are kept after they were last written, in milliseconds. */
  readonly eventTTLMs: number;
  /** For how long a service that cannot be asked holds up the deletion of a namespace, in milliseconds. */
  readonly namespaceDeletionGraceMs: number;
  /** A file or folder of manifests that are applied and followed. Default: none. */
  readonly manifests?: string | undefined;
  readonly productVersion: string;
  /** Where what is known of services is kept from one run to the next. Default: nowhere. */
  readonly dataDir?: string;
}

/** An API server with its aggregator, not listening yet. */
export interface Gateway {
  readonly server: APIServer;
  readonly aggregator: Aggregator;
  /** Resolves when objects are loaded and every APIService has its route. */
  waitForSync(signal: AbortSignal): Promise<void>;
  /** Runs the control path until the signal is aborted. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

/** What the gateway itself writes as. */
const gatewayUser: UserInfo = {
  name: 'system:apiserver',
  uid: '',
  groups: ['system:masters', 'system:authenticated'],
  extra: {},
};

const gatewayWrite = { user: gatewayUser, manager: 'tributary', dryRun: false, warn: (): void => undefined };

/** Puts the gateway together: own kinds, informers over them, the aggregator, and its delegate in front of the own paths. */
export async function newGateway(options: GatewayOptions): Promise<Gateway> {
  const { certificates, logger } = options;
  const identity = newIdentity({ ...options, settings: options.identity });
  const rbac = newRBAC();
  const metrics = newMetrics({ process: true });
  const warnings = newRegistrationWarnings({
    resolver: { resolve: (reference) => services.resolver.resolve(reference) },
    apiServices: () => apiServiceInformer.lister.list(),
    isLocal: (gv) => serves(server, gv),
    checkHost: newHostCheck(),
    findCertificateEnd: (address) => backends.certificates.endOf(address),
    clock: systemClock,
  });
  const server: APIServer = newServer({ ...options, metrics, warnings }, identity, rbac);
  installKinds(server, identity.withTokens(ownGroupVersions));
  const apiServices = storeOf(server, apiServiceKind);
  const namespaces = storeOf(server, namespaceKind);
  await ensureSystemNamespaces(namespaces);
  const { trust, informers: boundObjects } = identity.install(server);
  await trust.ensure();
  const authorization = attachAuthorization(server, { rbac, logger, write: gatewayWrite });
  options.runtimeConfig.checkKnown();
  const apiServiceInformer = newStoreInformer(apiServices, logger);
  const services = newFollowedServices(server, logger);
  const backends = observeBackends({ registry: metrics, aggregator: () => aggregator, transport: options.proxy });
  const aggregator: Aggregator = newAggregator({
    apiServices: apiServiceInformer,
    resolver: services.resolver,
    isLocal: (gv) => serves(server, gv),
    updateStatus: (name, mutate) => updateStatus(apiServices, name, mutate),
    newTransport: backends.newTransport,
    observer: backends.observer,
    lookupHost: newDNSLookup(),
    credentials: toCredentials(certificates),
    ...newServiceDocuments({ server, dataDir: options.dataDir, clock: systemClock, logger }),
    logger,
    clock: systemClock,
  });
  certificates.proxyClient.onChange(() => aggregator.setCredentials(toCredentials(certificates)));
  const { requestTimeoutMs } = options.proxy;
  server.addDelegate(newProxyDelegate({ aggregator, requestTimeoutMs, metrics: backends.metrics }));
  server.addHealthCheck({
    name: 'informer-sync',
    endpoints: ['readyz'],
    check() {
      if (!aggregator.hasSynced()) throw new Error('objects are not loaded yet');
    },
  });
  const localAPIServices = newLocalAPIServices({ server, apiServices: apiServiceInformer, logger });
  const informers = [apiServiceInformer, ...services.informers, ...boundObjects];
  const manifests = newManifests(options, server);
  const controllers = [
    ...newControllers(options, server, aggregator),
    toController(aggregator),
    trust,
    localAPIServices,
    ...manifests,
  ];
  const supervised = superviseControllers(controllers);
  supervised.checks.forEach((check) => server.addHealthCheck(check));
  showGateway({
    server,
    registry: metrics,
    aggregator,
    apiServices: apiServiceInformer.lister,
    backends,
    certificates,
    queues: () => [...controllers.flatMap(({ queues }) => queues), ...authorization.queues],
  });
  return {
    server,
    aggregator,
    async waitForSync(signal) {
      const parts = [...informers, authorization, localAPIServices, ...manifests];
      await Promise.all(parts.map((each) => each.waitForSync(signal)));
    },
    async run(signal) {
      const parts = [...informers, authorization, supervised];
      await Promise.all(parts.map((each) => each.run(signal)));
    },
  };
}

/** What works on the stored objects of all kinds. */
function newControllers(options: GatewayOptions, server: APIServer, aggregator: Aggregator): Controller[] {
  const { storage, logger, eventTTLMs, namespaceDeletionGraceMs: graceMs } = options;
  const { stores } = server;
  const aggregated = newAggregatedNamespaces({ server, aggregator, graceMs, logger });
  const contents = [newLocalContent({ storage, stores, logger }), aggregated];
  const namespaces = storeOf(server, namespaceKind);
  return [
    newNamespaceController({ namespaces, contents, logger }),
    newGarbageCollector({ storage, stores, logger }),
    newServiceAccountsController({ namespaces, serviceAccounts: storeOf(server, serviceAccountKind), logger }),
    newEventExpiry({ events: storeOf(server, eventKind), ttlMs: eventTTLMs, logger }),
  ];
}

interface ServerOptions extends GatewayOptions {
  readonly metrics: Metrics;
  /** What is said of registrations that are accepted. */
  readonly warnings: AdmissionHook;
}

/** What applies manifests, if there are any. */
function newManifests({ manifests, logger }: GatewayOptions, { stores }: APIServer): ManifestController[] {
  return manifests === undefined ? [] : [newManifestController({ path: manifests, stores, logger })];
}

function newServer(
  { storage, logger, productVersion, runtimeConfig, proxy, metrics, warnings }: ServerOptions,
  { authenticators }: Identity,
  { authorizer, admission }: RBAC,
): APIServer {
  const version = newVersionInfo({ productVersion });
  const findNamespace = (name: string) => storage.get(toStorageKey(namespaceKind, { namespace: '', name }));
  const server = new APIServer({
    storage,
    authenticators,
    authorizer,
    // What is given away is judged in the state in which it is written.
    admission: [
      newNamespaceLifecycle(findNamespace),
      newTakeoverWarning((gv) => serves(server, gv)),
      newPlacePermission(authorizer),
      warnings,
      admission,
    ],
    logger,
    metrics,
    clock: systemClock,
    newID: newUUID,
    randomInt: (bound) => randomInt(bound),
    version,
    openapi: { title: 'Tributary', version: version.gitVersion },
    garbageCollection: true,
    requestTimeoutMs: proxy.requestTimeoutMs,
    isServed: (resource) => runtimeConfig.isServed(resource),
  });
  server.addHealthCheck({
    name: 'storage',
    endpoints: ['healthz', 'livez', 'readyz'],
    async check() {
      await storage.revision();
    },
  });
  return server;
}

/** Whether the gateway serves a group/version by itself. */
function serves(server: APIServer, { group, version }: GroupVersion): boolean {
  return server.groupVersions().some((each) => each.group === group && each.version === version);
}

function toCredentials({ pki, proxyClient }: Certificates) {
  const { certPEM: cert, keyPEM: key } = proxyClient.current();
  return { gatewayCA: pki.authority.certPEM, clientCertificate: { cert, key } };
}

function newStoreInformer<T extends KubernetesObject>(store: Store<T>, logger: Logger): Informer<T> {
  const { group, resource } = store.resource;
  return newInformer({ name: `${resource}.${group}`, listerWatcher: newListerWatcher(store), logger });
}

async function ensureSystemNamespaces(namespaces: Store<Namespace>): Promise<void> {
  for (const name of systemNamespaces) {
    try {
      const draft = {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
      };
      await namespaces.create(draft, '', gatewayWrite);
    } catch (error) {
      if (!hasReason(error, 'AlreadyExists')) throw error;
    }
  }
}

async function updateStatus(
  store: Store<APIService>,
  name: string,
  mutate: (draft: APIService) => void,
): Promise<void> {
  const transform = (old: APIService): APIService => {
    const draft = cloneJSON(old);
    mutate(draft);
    return draft;
  };
  await store.update({ namespace: '', name, subresource: 'status', transform }, gatewayWrite);
}
