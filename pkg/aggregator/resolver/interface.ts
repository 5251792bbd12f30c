/** The service that an APIService names. */
export interface ServiceReference {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

/** Where a service is reached and which names its certificate may carry. */
export interface ResolvedService {
  /** At least one. Hosts are IPv4 or IPv6 literals (no brackets) or DNS names. */
  readonly addresses: readonly BackendAddress[];
  /** Accepted certificate names, best first: `<name>.<namespace>.svc`, then the external host. */
  readonly serverNames: readonly string[];
}

/** One place where a backend listens. */
export interface BackendAddress {
  readonly host: string;
  readonly port: number;
}

/** Finds the addresses of services (Go: `ServiceResolver`). Reads caches only, so it answers at once. */
export interface Resolver {
  /** Throws a `ResolveError` when there is no such service or it has no usable address. */
  resolve(reference: ServiceReference): ResolvedService;
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
