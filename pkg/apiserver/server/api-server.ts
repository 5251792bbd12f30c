import type { KubernetesObject } from '../../../apis/meta/v1/types.ts';
import type { Clock } from '../../component/id/clock.ts';
import type { MakeID } from '../../component/id/uuid.ts';
import type { Logger } from '../../component/logs/logger.ts';
import type { Metrics } from '../../component/metrics/interface.ts';
import { newPathNotFound } from '../../apimachinery/errors/constructors.ts';
import type { RandomInt } from '../../apimachinery/names/generate-name.ts';
import { apiResourceListMessage } from '../../apimachinery/protobuf/discovery-messages.ts';
import { type GroupVersion, type GroupVersionResource, toAPIPath } from '../../apimachinery/schema/group-version.ts';
import type { KindDefinition } from '../../apimachinery/schema/kind-definition.ts';
import { loadCodec } from '../../apimachinery/protobuf/load-codec.ts';
import { newStructuralValidator } from '../../apimachinery/validation/structural.ts';
import type { Storage } from '../../storage/interface.ts';
import type { AdmissionHook } from '../admission/admission.ts';
import type { Authenticator } from '../authentication/authenticator.ts';
import type { Authorizer } from '../authorization/authorizer.ts';
import { toAPIResourceList } from '../endpoints/discovery/api-resource-list.ts';
import { toAPIVersionDiscovery } from '../endpoints/discovery/api-version-discovery.ts';
import { SharedFrames } from '../endpoints/response/shared-frames.ts';
import type { ServedKind } from '../endpoints/discovery/served-resource.ts';
import { newReviewHandler, type Review } from '../endpoints/handlers/review.ts';
import { type HealthCheck, newShutdownCheck, pingCheck } from '../healthz/checks.ts';
import { toStoragePrefix } from '../registry/key.ts';
import type { DeletionStrategy } from '../registry/deletion-strategy.ts';
import { ServedStores } from '../registry/served-stores.ts';
import type { Store } from '../registry/store.ts';
import type { Handler, RawRequest, RawResponse, RequestContext, Upgrade } from '../request-context.ts';
import { describeSubresource, type Subresource } from '../subresources/subresource.ts';
import { newTurns } from '../turns.ts';
import { APIRoutes } from './api-routes.ts';
import { notFoundHandler } from './basic-endpoints.ts';
import { type DiscoveryEndpoints, newDiscoveryEndpoints } from './discovery-endpoints.ts';
import { DiscoveryRegistry } from './discovery-registry.ts';
import { newFixedPaths } from './fixed-paths.ts';
import { newHandlerChain } from './handler-chain.ts';
import { newChain, type RunChain } from './koa-app.ts';
import { newRequestContext } from './new-request-context.ts';
import { newStore } from './new-store.ts';
import { OpenAPIRegistry } from './openapi-registry.ts';
import { sendLegacyDocument } from './send-legacy-document.ts';

/** What a server is made of. */
export interface APIServerOptions {
  readonly storage: Storage;
  readonly authenticators: readonly Authenticator[];
  readonly authorizer: Authorizer;
  readonly admission: readonly AdmissionHook[];
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly newID: MakeID;
  readonly randomInt: RandomInt;
  /** The document at `/version`. */
  readonly version: object;
  /** Title and version of the OpenAPI documents. */
  readonly openapi: { readonly title: string; readonly version: string };
  /**
   * Says that a garbage collector runs over `stores` (`newGarbageCollector`): only then does a DELETE mark objects for it to work on.
   * Default: none does, and `propagationPolicy` has no effect.
   */
  readonly garbageCollection?: boolean;
  /**
   * Says of each resource that is installed whether it is served. One that is not has a store all the same, for what works on its
   * objects from within. Default: all are.
   */
  readonly isServed?: (resource: GroupVersionResource) => boolean;
  /** How long an ordinary request may take, in milliseconds; default a minute. Watches and other streams have no limit. */
  readonly requestTimeoutMs?: number;
}

/** Where the group/versions of a server stand among all others. */
export interface GroupPriority {
  readonly groupPriorityMinimum: number;
  readonly versionPriority: number;
}

/** What a kind has beside its definition. */
export interface InstallOptions<T extends KubernetesObject = KubernetesObject> {
  /** What is served below its objects, beside `status`. */
  readonly subresources?: readonly Subresource<T>[];
  /** How its deletion differs from that of other kinds. */
  readonly deletion?: DeletionStrategy<T>;
}

/** Serves a path that this server does not serve by itself; `undefined` leaves it to the next one. */
export type Delegate = (context: RequestContext) => Handler | undefined;

/**
 * An API server over a storage (Go: `GenericAPIServer`): install kinds, add checks and delegates, then hand it the requests of a
 * listener. It knows nothing of aggregation.
 */
export class APIServer {
  readonly discovery: DiscoveryRegistry = new DiscoveryRegistry();
  readonly openapi: OpenAPIRegistry;
  /** The stores of all installed kinds. */
  readonly stores: ServedStores = new ServedStores();
  readonly #options: APIServerOptions;
  readonly #routes = new APIRoutes();
  readonly #kinds = new Map<string, ServedKind[]>();
  readonly #checks: HealthCheck[] = [pingCheck];
  readonly #delegates: Delegate[] = [];
  readonly #shutdown = new AbortController();
  readonly #validator = newStructuralValidator();
  readonly #groupEndpoints: DiscoveryEndpoints;
  readonly #takeTurns = newTurns();
  #chain: RunChain | undefined;

  constructor(options: APIServerOptions) {
    this.#options = options;
    this.openapi = new OpenAPIRegistry(options.openapi);
    this.#groupEndpoints = newDiscoveryEndpoints({
      registry: this.discovery,
      serverAddress: ({ request }) => request.headers.host ?? '',
      clock: options.clock,
    });
    this.#checks.push(newShutdownCheck(this.#shutdown.signal));
  }

  /** Serves a kind, and answers with its objects' store. Throws a `TypeError` for two subresources of one name. */
  install<T extends KubernetesObject>(
    kind: KindDefinition<T>,
    priority: GroupPriority,
    { subresources = [], deletion }: InstallOptions<T> = {},
  ): Store<T> {
    const { clock, randomInt, metrics, logger } = this.#options;
    const definition = kind as unknown as KindDefinition;
    const findVersion = (gv: GroupVersion) => this.#findKind(definition, gv);
    const store = newStore(kind, { options: this.#options, validator: this.#validator, findVersion, deletion });
    this.stores.set(store as unknown as Store);
    if (!this.#isServed(definition)) return store;
    const random = (): number => randomInt(1_000_000) / 1_000_000;
    const labels = { group: kind.group, version: kind.version, resource: kind.plural };
    const scope = {
      kind: definition,
      store: store as unknown as Store,
      now: () => clock.now(),
      clock,
      random,
      logger,
      takeTurns: this.#takeTurns,
      frames: new SharedFrames(),
      countFrame: metrics.requests.watchEvents(labels),
    };
    const untyped = subresources as unknown as readonly Subresource[];
    this.#routes.install(scope, { subresources: untyped, shutdown: this.#shutdown.signal });
    this.#publish({ ...definition, subresources: subresources.map(describeSubresource) }, priority);
    return store;
  }

  /** Serves a kind that is answered and not stored: only `create`. */
  installReview<T extends KubernetesObject>(kind: KindDefinition<T>, priority: GroupPriority, review: Review<T>): void {
    const { clock } = this.#options;
    const definition = { ...(kind as unknown as KindDefinition), verbs: ['create'] } as const;
    if (!this.#isServed(definition)) return;
    this.#routes.installReview(definition, newReviewHandler({ kind, now: () => clock.now() }, review));
    this.#publish(definition, priority);
  }

  /** Group/versions that this server serves by itself. */
  groupVersions(): readonly GroupVersion[] {
    return [...this.#kinds.values()].flatMap(([first]) =>
      first === undefined ? [] : [{ group: first.group, version: first.version }],
    );
  }

  /** Adds a health check. */
  addHealthCheck(check: HealthCheck): void {
    this.#checks.push(check);
  }

  /** Asks this one, before the server's own paths, whether it serves a request. */
  addDelegate(delegate: Delegate): void {
    this.#delegates.push(delegate);
  }

  /** Takes a request from a listener. Never throws. */
  serve(request: RawRequest, response: RawResponse, upgrade?: Upgrade): void {
    const { clock, newID, logger } = this.#options;
    const context = newRequestContext({
      request,
      response,
      now: clock.now(),
      newID,
      ...(upgrade === undefined ? {} : { upgrade }),
    });
    this.#chain ??= this.#newChain();
    this.#chain(context).catch((error: unknown) => {
      logger.error('handler chain failed', { auditID: context.auditID, err: error });
      response.destroy();
    });
  }

  /** Counts a TLS handshake of its listener that failed. */
  countHandshakeError(): void {
    this.#options.metrics.requests.tlsHandshakeError();
  }

  /** Loads what the first requests would wait for. To be called when the server is ready and has nothing better to do. */
  async warmUp(): Promise<void> {
    await this.#validator.prepare();
    await loadCodec();
  }

  /** `/readyz` fails from here on, and every watch ends. Requests are still answered. */
  shutdown(): void {
    this.#shutdown.abort();
  }

  #isServed({ group, version, plural: resource }: KindDefinition): boolean {
    return this.#options.isServed?.({ group, version, resource }) ?? true;
  }

  /** The same kind in another group/version: what is stored in the same place. */
  #findKind(kind: KindDefinition, gv: GroupVersion): KindDefinition | undefined {
    const prefix = toStoragePrefix(kind);
    return this.#kinds.get(toAPIPath(gv))?.find((each) => toStoragePrefix(each) === prefix);
  }

  #publish(kind: ServedKind, priority: GroupPriority): void {
    const gv = { group: kind.group, version: kind.version };
    const key = toAPIPath(gv);
    const others = (this.#kinds.get(key) ?? []).filter(({ plural }) => plural !== kind.plural);
    const kinds = [...others, kind];
    this.#kinds.set(key, kinds);
    this.discovery.setOwn({ ...gv, ...priority, discovery: toAPIVersionDiscovery(gv, kinds) });
    this.openapi.setKinds(gv, kinds);
  }

  #newChain(): RunChain {
    const { logger, metrics, version, authenticators, authorizer, clock, requestTimeoutMs } = this.#options;
    return newChain({
      filters: newHandlerChain({
        logger,
        metrics: metrics.requests,
        authenticators,
        authorizer,
        clock,
        requestTimeoutMs,
        shutdown: this.#shutdown.signal,
      }),
      fixedPaths: newFixedPaths({
        discovery: this.discovery,
        discoveryEndpoints: this.#groupEndpoints,
        openapi: this.openapi,
        checks: () => this.#checks,
        metrics,
        version,
        logger,
      }),
      dispatch: (context) => this.#dispatch(context),
    });
  }

  #dispatch(context: RequestContext): Promise<void> | void {
    for (const delegate of this.#delegates) {
      const handler = delegate(context);
      if (handler !== undefined) return handler(context);
    }
    const { info } = context;
    const handler = info.isResourceRequest ? this.#routes.find(context) : this.#findDocument(context);
    if (handler === undefined && info.isResourceRequest && this.#servesGroup(info.apiGroup)) throw newPathNotFound();
    return (handler ?? notFoundHandler)(context);
  }

  /** Below a group of its own this server speaks of resources; elsewhere it knows paths only. */
  #servesGroup(group: string): boolean {
    return this.groupVersions().some((gv) => gv.group === group);
  }

  /** Discovery documents of a group, or of a group/version that is served here. */
  #findDocument({ path }: RequestContext): Handler | undefined {
    const segments = path.replace(/^\/|\/$/g, '').split('/');
    const [prefix = '', group = '', version] = segments[0] === 'api' ? ['apis', '', segments[1]] : segments;
    if (prefix !== 'apis' || segments.length > 3 || segments.length < 2) return undefined;
    if (version === undefined) return this.#groupEndpoints.group(group);
    return this.#findVersionDocument({ group, version });
  }

  #findVersionDocument(gv: GroupVersion): Handler | undefined {
    const kinds = this.#kinds.get(toAPIPath(gv));
    if (kinds !== undefined) {
      return (context) =>
        sendLegacyDocument(context, toAPIResourceList(gv, kinds), { message: apiResourceListMessage });
    }
    if (this.#servesGroup(gv.group)) throw newPathNotFound();
    return undefined;
  }
}
