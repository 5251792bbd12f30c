/** One thing that must be well for the server to be. */
export interface HealthCheck {
  /** As the verbose answer lists it: `ping`, `storage`, `poststarthook/<hook>`. */
  readonly name: string;
  /** Endpoints that include it. */
  readonly endpoints: readonly HealthEndpoint[];
  /** Throws, or rejects, when it is not well. The reason goes to the log, not to clients. */
  check(): void | Promise<void>;
}

/** The health endpoints: alive, ready for traffic, and the older one that means alive. */
export type HealthEndpoint = 'healthz' | 'livez' | 'readyz';

/** All of them. */
export const healthEndpoints: readonly HealthEndpoint[] = ['healthz', 'livez', 'readyz'];

/** Every server answers this one as long as its event loop turns. */
export const pingCheck: HealthCheck = { name: 'ping', endpoints: healthEndpoints, check: () => undefined };

/** A check that fails from the moment when the server is told to stop, so that traffic goes elsewhere. */
export function newShutdownCheck(shutdown: AbortSignal): HealthCheck {
  return {
    name: 'shutdown',
    endpoints: ['readyz'],
    check() {
      if (shutdown.aborted) throw new Error('process is shutting down');
    },
  };
}
