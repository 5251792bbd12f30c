import type { BackendPlace } from '../../../apis/service.grafana.app/v0alpha1/backend-annotations.ts';

/** The service that an APIService names. */
export interface ServiceReference {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

/** Where a service is reached and which names its certificate may carry. */
export interface ResolvedService {
  /** At least one, each once, in the order of their text. Hosts are IPv4 or IPv6 literals (no brackets) or DNS names. */
  readonly addresses: readonly BackendAddress[];
  /** Accepted certificate names, best first: `<name>.<namespace>.svc`, then the external host where there is one. */
  readonly serverNames: readonly string[];
  /** What an ExternalName says of the place beyond its host. */
  readonly place?: Pick<BackendPlace, 'scheme' | 'pathPrefix' | 'socketPath' | 'caFile'>;
  /** What a person should know although the service was found, as one sentence without its end. */
  readonly note?: string;
}

/** One place where a backend listens. */
export interface BackendAddress {
  readonly host: string;
  readonly port: number;
  /** The one of the addresses of the host that is meant. */
  readonly ip?: string;
}

/** Finds the addresses of services (Go: `ServiceResolver`). Reads caches only, so it answers at once. */
export interface Resolver {
  /** Throws a `ResolveError` when there is no such service or it has no usable address. */
  resolve(reference: ServiceReference): ResolvedService;
}

/** A resolver that follows the objects that it goes by. */
export interface FollowingResolver extends Resolver {
  /** Resolves when every stored object is known: before, a service may look missing that only is late. Rejects with the signal's reason. */
  waitForSync(signal: AbortSignal): Promise<void>;
  /**
   * Calls back, synchronously, with the key (`<namespace>/<name>`) of a service whose addresses may have changed. The result ends it.
   */
  subscribe(listener: (serviceKey: string) => void): () => void;
}

/** Key of a service, and of the objects of its name behind it. */
export function toServiceKey({ namespace, name }: Pick<ServiceReference, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}

/** Why a service could not be resolved, with upstream's condition reason. */
export class ResolveError extends Error {
  readonly reason:
    | 'ServiceNotFound'
    | 'ServiceAccessError'
    | 'ServicePortError'
    | 'EndpointsNotFound'
    | 'MissingEndpoints';

  constructor(reason: ResolveError['reason'], message: string) {
    super(message);
    this.name = 'ResolveError';
    this.reason = reason;
  }
}
