import { randomUUID } from 'node:crypto';
import { apiServiceKind } from '../../../apis/apiregistration/v1/api-service.ts';
import type { APIService, APIServiceSpec } from '../../../apis/apiregistration/v1/api-service-schema.ts';
import { externalNameKind } from '../../../apis/service.grafana.app/v0alpha1/external-name.ts';
import type { ExternalName } from '../../../apis/service.grafana.app/v0alpha1/external-name-schema.ts';
import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import { cloneJSON } from '../../apimachinery/runtime/json.ts';
import type { KindDefinition } from '../../apimachinery/schema/kind-definition.ts';
import { newStructuralValidator } from '../../apimachinery/validation/structural.ts';
import { applyDefaults } from '../../apiserver/registry/apply-defaults.ts';
import { newListerWatcher } from '../../apiserver/registry/lister-watcher.ts';
import { Store } from '../../apiserver/registry/store.ts';
import type { WriteOptions } from '../../apiserver/registry/store-options.ts';
import { anonymousUser } from '../../apiserver/user-info.ts';
import { newInformer } from '../../client/cache/informer.ts';
import { type Clock, systemClock } from '../../component/id/clock.ts';
import { discardLogger } from '../../component/logs/logger.ts';
import type { Storage } from '../../storage/interface.ts';
import { newMemoryStorage } from '../../storage/memory/memory-storage.ts';
import { newAggregator } from '../aggregator.ts';
import { newExternalNameResolver } from '../resolver/external-name.ts';
import { newPrecedenceResolver } from '../resolver/precedence.ts';
import { newServiceFeeds, type ServiceFeeds } from './service-feeds.ts';
import type { Aggregator, AggregatorOptions, DiscoveryEntry, OpenAPIDocument } from '../interface.ts';
import type { Transport, TransportSettings } from '../proxy/interface.ts';

/** An aggregator over a registry in memory, as the gateway has it, with everything around it left out. */
export interface AggregatorFixture {
  readonly aggregator: Aggregator;
  readonly apiServices: Store<APIService>;
  readonly externalNames: Store<ExternalName>;
  readonly services: ServiceFeeds;
  /** By `<version>.<group>`, what is published now. */
  readonly discovery: ReadonlyMap<string, DiscoveryEntry>;
  readonly openapi: ReadonlyMap<string, OpenAPIDocument>;
  /** Status writes so far: `<name>`. */
  readonly statusWrites: readonly string[];
  /** Called before each status write; may throw. */
  beforeStatusWrite: (name: string) => void;
  readonly register: (service: RegisteredService) => Promise<void>;
  /** The stored `Available` condition as `<status> <reason>`, or empty. */
  readonly condition: (name: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** An APIService and, unless `host` is absent, the ExternalName that it names. */
export interface RegisteredService {
  /** `<version>.<group>`. */
  readonly name: string;
  readonly service?: string;
  readonly host?: string;
  readonly port: number;
  readonly spec?: Partial<APIServiceSpec>;
  readonly labels?: Readonly<Record<string, string>>;
}

/** What differs from an ordinary aggregator. */
export interface AggregatorFixtureOptions extends Partial<
  Pick<
    AggregatorOptions,
    'credentials' | 'random' | 'logger' | 'isLocal' | 'lookupHost' | 'documentStores' | 'recordEvent'
  >
> {
  readonly newTransport: (settings: TransportSettings) => Transport;
  readonly clock?: Clock;
}

const write: WriteOptions = { user: anonymousUser, dryRun: false, warn: () => undefined };

/** Starts an aggregator. */
export async function startAggregator(options: AggregatorFixtureOptions): Promise<AggregatorFixture> {
  const { clock = systemClock, credentials = { gatewayCA: '' }, logger = discardLogger } = options;
  const storage = newMemoryStorage();
  const apiServices = newStore(storage, apiServiceKind, clock);
  const externalNames = newStore(storage, externalNameKind, clock);
  const informers = {
    apiServices: newInformer({ name: 'apiservices', listerWatcher: newListerWatcher(apiServices), logger, clock }),
    externalNames: newInformer({
      name: 'externalnames',
      listerWatcher: newListerWatcher(externalNames),
      logger,
      clock,
    }),
  };
  const services = newServiceFeeds();
  const externalName = newExternalNameResolver(informers.externalNames);
  const discovery = new Map<string, DiscoveryEntry>();
  const openapi = new Map<string, OpenAPIDocument>();
  const statusWrites: string[] = [];
  const aggregator = newAggregator({
    apiServices: informers.apiServices,
    resolver: newPrecedenceResolver({ externalName, service: services.resolver }),
    ...options,
    clock,
    credentials,
    logger,
    async updateStatus(name, mutate) {
      fixture.beforeStatusWrite(name);
      const transform = (old: APIService): APIService => {
        const draft = cloneJSON(old);
        mutate(draft);
        return draft;
      };
      const before = await apiServices.get({ namespace: '', name });
      const after = await apiServices.update({ namespace: '', name, subresource: 'status', transform }, write);
      if (after.metadata.resourceVersion !== before.metadata.resourceVersion) statusWrites.push(name);
    },
    discovery: {
      publish: (entry) => void discovery.set(`${entry.version}.${entry.group}`, entry),
      remove: ({ group, version }) => void discovery.delete(`${version}.${group}`),
    },
    openapi: {
      publish: (document) => void openapi.set(`${document.version}.${document.group}`, document),
      remove: ({ group, version }) => void openapi.delete(`${version}.${group}`),
    },
  });
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = Promise.all([
    informers.apiServices.run(signal),
    informers.externalNames.run(signal),
    services.run(signal),
    aggregator.run(signal),
  ]);
  const fixture: AggregatorFixture = {
    aggregator,
    apiServices,
    externalNames,
    services,
    discovery,
    openapi,
    statusWrites,
    beforeStatusWrite: () => undefined,
    async register(registered) {
      const { service = 'svc', host } = registered;
      if (host !== undefined) await putExternalName(externalNames, service, host);
      await apiServices.create(newAPIService(registered), '', write);
    },
    async condition(name) {
      const { status } = await apiServices.get({ namespace: '', name });
      const found = status?.conditions?.find(({ type }) => type === 'Available');
      return found === undefined ? '' : `${found.status} ${found.reason ?? ''}`;
    },
    async stop() {
      stopping.abort();
      await running;
      await storage.close();
    },
  };
  return fixture;
}

/** What an ExternalName says. */
export interface ExternalNameFacts {
  readonly host: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Creates or changes the ExternalName of a service in namespace `ns`. */
export async function putExternalName(
  store: Store<ExternalName>,
  name: string,
  facts: string | ExternalNameFacts,
): Promise<void> {
  const { host, annotations = {} }: ExternalNameFacts = typeof facts === 'string' ? { host: facts } : facts;
  const where = { namespace: 'ns', name };
  const known = await store.get(where).catch(() => undefined);
  const object = {
    apiVersion: 'service.grafana.app/v0alpha1',
    kind: 'ExternalName',
    metadata: { name, annotations },
    spec: { host },
  };
  if (known === undefined) await store.create(object, 'ns', write);
  else
    await store.update(
      {
        ...where,
        subresource: '',
        transform: (old) => ({ ...cloneJSON(old), metadata: { ...old.metadata, annotations }, spec: { host } }),
      },
      write,
    );
}

/** Changes the spec of an APIService. */
export async function changeSpec(
  { apiServices }: Pick<AggregatorFixture, 'apiServices'>,
  name: string,
  change: (spec: APIServiceSpec) => void,
): Promise<void> {
  const transform = (old: APIService): APIService => {
    const draft = cloneJSON(old);
    if (draft.spec !== undefined) change(draft.spec);
    return draft;
  };
  await apiServices.update({ namespace: '', name, subresource: '', transform }, write);
}

/** Deletes an object; in namespace `ns` where there is one. */
export async function deleteObject<T extends KubernetesObject>(store: Store<T>, name: string): Promise<void> {
  const namespace = store.kind.scope === 'Namespaced' ? 'ns' : '';
  await store.delete({ namespace, name }, write);
}

function newAPIService({ name, service, port, spec, labels }: RegisteredService): APIService {
  const dot = name.indexOf('.');
  const object: APIService = {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name, ...(labels && { labels }) },
    spec: {
      version: name.slice(0, dot),
      group: name.slice(dot + 1),
      groupPriorityMinimum: 1000,
      versionPriority: 15,
      service: { namespace: 'ns', name: service ?? 'svc', port },
      ...spec,
    },
  };
  applyDefaults(object, apiServiceKind);
  return object;
}

function newStore<T extends KubernetesObject>(storage: Storage, kind: KindDefinition<T>, clock: Clock): Store<T> {
  return new Store<T>({
    kind,
    storage,
    validator: newStructuralValidator(),
    admission: [],
    now: () => clock.now(),
    newUID: randomUUID,
    newNameSuffix: () => 'xxxxx',
  });
}
