import type { Test } from 'tap';
import { type ConfigMap } from '../../../../apis/core/v1/config-map-schema.ts';
import { configMapKind } from '../../../../apis/core/v1/config-map.ts';
import type { Namespace } from '../../../../apis/core/v1/namespace-schema.ts';
import { namespaceKind } from '../../../../apis/core/v1/namespace.ts';
import type { KubernetesObject } from '../../../../apis/meta/v1/types.ts';
import { hasReason } from '../../../apimachinery/errors/status-error.ts';
import { cloneJSON } from '../../../apimachinery/runtime/json.ts';
import { type Clock, systemClock } from '../../../component/id/clock.ts';
import { newUUID } from '../../../component/id/uuid.ts';
import { newMetrics } from '../../../component/metrics/metrics.ts';
import { newPublished } from '../../../pki/published.ts';
import type { Storage } from '../../../storage/interface.ts';
import { newMemoryStorage } from '../../../storage/memory/memory-storage.ts';
import { type APIClient, newAPIClient } from '../../../testing/api-client.ts';
import { newTestAuthority } from '../../../testing/pki.ts';
import { newRecordingLogger, type RecordingLogger } from '../../../testing/recording-logger.ts';
import { type Gadget, gadgetKind } from '../../../testing/test-kinds.ts';
import type { AdmissionHook } from '../../admission/admission.ts';
import { newNamespaceLifecycle } from '../../admission/namespace-lifecycle.ts';
import { newTokenAuthenticator, parseTokenFile } from '../../authentication/token-file.ts';
import { newPrivilegedGroups } from '../../authorization/authorizer.ts';
import { toStorageKey } from '../../registry/key.ts';
import type { Store } from '../../registry/store.ts';
import type { WriteOptions } from '../../registry/store-options.ts';
import { APIServer } from '../../server/api-server.ts';
import { newSecureServer } from '../../server/secure-server.ts';
import { anonymousUser } from '../../user-info.ts';
import type { Controller } from '../controller.ts';
import { newGarbageCollector } from '../garbage-collector/garbage-collector.ts';
import { newLocalContent } from '../namespace/local-content.ts';
import { newNamespaceController } from '../namespace/namespace-controller.ts';
import { namespaceInstallation } from '../namespace/namespace-deletion.ts';
import type { NamespacedContent } from '../namespace/namespaced-content.ts';

/** What differs from an ordinary control plane over memory. */
export interface ControlPlaneOptions {
  /** Closed by whoever made it. */
  readonly storage?: Storage;
  readonly clock?: Clock;
  /** After the namespace lifecycle. */
  readonly admission?: readonly AdmissionHook[];
  /** Default: the local one. */
  readonly contents?: readonly NamespacedContent[];
  readonly garbageCollection?: boolean;
}

/** A server with a cluster-scoped and a namespaced kind beside namespaces, and its controllers, which do not run yet. */
export interface ControlPlane {
  readonly server: APIServer;
  readonly storage: Storage;
  readonly logger: RecordingLogger;
  readonly namespaces: Store<Namespace>;
  readonly configMaps: Store<ConfigMap>;
  readonly gadgets: Store<Gadget>;
  readonly namespaceController: Controller;
  readonly garbageCollector: Controller;
  /** Runs controllers until the test ends, or the result is called. */
  readonly run: (...controllers: Controller[]) => () => Promise<void>;
}

/** Writes as nobody in particular. */
export const testWrite: WriteOptions = { user: anonymousUser, dryRun: false, warn: () => undefined };

/** Makes a control plane with the namespace `default`, unless it is there. */
export async function newControlPlane(t: Test, options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const { storage = newMemoryStorage(), clock = systemClock, admission = [], garbageCollection = true } = options;
  if (options.storage === undefined) t.teardown(() => storage.close());
  const logger = newRecordingLogger();
  const findNamespace = (name: string) => storage.get(toStorageKey(namespaceKind, { namespace: '', name }));
  const server = new APIServer({
    storage,
    authenticators: [newTokenAuthenticator(parseTokenFile('admin-token,admin,,system:masters', 'tokens').users)],
    authorizer: newPrivilegedGroups(['system:masters']),
    admission: [newNamespaceLifecycle(findNamespace), ...admission],
    logger,
    metrics: newMetrics(),
    clock,
    newID: newUUID,
    randomInt: (bound) => Math.floor(Math.random() * bound),
    version: {},
    openapi: { title: 'Test', version: 'v1' },
    garbageCollection,
  });
  const priority = { groupPriorityMinimum: 1000, versionPriority: 15 };
  const namespaces = server.install(namespaceKind, priority, namespaceInstallation);
  const configMaps = server.install(configMapKind, priority);
  const gadgets = server.install(gadgetKind, priority);
  const common = { storage, stores: server.stores, logger, clock, random: () => 0 };
  const contents = options.contents ?? [newLocalContent(common)];
  await createNamespace(namespaces, 'default').catch((error: unknown) => {
    if (!hasReason(error, 'AlreadyExists')) throw error;
  });
  const stops: (() => Promise<void>)[] = [];
  t.teardown(() => Promise.all(stops.map((stop) => stop())));
  return {
    server,
    storage,
    logger,
    namespaces,
    configMaps,
    gadgets,
    namespaceController: newNamespaceController({ ...common, namespaces, contents }),
    garbageCollector: newGarbageCollector(common),
    run(...controllers) {
      const stopping = new AbortController();
      const running = Promise.all(controllers.map((controller) => controller.run(stopping.signal)));
      const stop = async (): Promise<void> => {
        stopping.abort();
        await running;
      };
      stops.push(stop);
      return stop;
    },
  };
}

/** Serves a control plane over TLS until the test ends; the client is an administrator. */
export async function serveControlPlane(t: Test, { server }: ControlPlane): Promise<APIClient> {
  const authority = await newTestAuthority();
  const secureServer = newSecureServer({
    server,
    certificate: newPublished(await authority.serving(), () => undefined),
    clientCAs: [],
    onHandshakeError: () => undefined,
  });
  const { port } = await secureServer.listen({ host: '127.0.0.1', port: 0 });
  const client = newAPIClient({ port, ca: authority.caPEM, token: 'admin-token' });
  t.teardown(async () => {
    client.close();
    await secureServer.close(0);
  });
  return client;
}

/** Creates a namespace. */
export function createNamespace(
  namespaces: Store<Namespace>,
  name: string,
  metadata: KubernetesObject['metadata'] = {},
): Promise<Namespace> {
  return namespaces.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, ...metadata } }, '', testWrite);
}

/** Changes the metadata of an object. */
export async function changeMetadata<T extends KubernetesObject>(
  store: Store<T>,
  { metadata: { namespace = '', name = '' } }: KubernetesObject,
  mutate: (metadata: T['metadata']) => void,
): Promise<T> {
  const transform = (old: T): T => {
    const draft = cloneJSON(old);
    mutate(draft.metadata);
    return draft;
  };
  return store.update({ namespace, name, subresource: '', transform }, testWrite);
}
