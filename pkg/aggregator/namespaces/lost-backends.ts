import type { Clock } from '../../component/id/clock.ts';

/** Since when which services could not be asked for the content of which namespaces. */
export interface LostBackends {
  /** A service could not be asked again. */
  lost(namespace: string, apiService: string): LostFor;
  /** It could be. */
  found(namespace: string, apiService: string): void;
  /** Namespaces that wait for a service. */
  waitingFor(apiService: string): readonly string[];
}

/** For how long. */
export interface LostFor {
  readonly ms: number;
  /** Whether that has not been told yet; to be set by whoever tells it. */
  untold: boolean;
}

/** After this long nobody has asked again, so that the namespace is gone. */
const forgetMs = 3_600_000;

interface Entry {
  readonly namespace: string;
  readonly apiService: string;
  readonly since: number;
  askedAt: number;
  untold: boolean;
}

/** Nothing is lost yet. */
export function newLostBackends(clock: Clock): LostBackends {
  const entries = new Map<string, Entry>();
  const keyOf = (namespace: string, apiService: string): string => `${namespace}/${apiService}`;
  const forgetOld = (now: number): void => {
    for (const [key, { askedAt }] of entries) if (now - askedAt > forgetMs) entries.delete(key);
  };
  return {
    lost(namespace, apiService) {
      const now = clock.monotonic();
      const key = keyOf(namespace, apiService);
      const known = entries.get(key);
      if (known === undefined) forgetOld(now);
      const entry = known ?? { namespace, apiService, since: now, askedAt: now, untold: true };
      entry.askedAt = now;
      entries.set(key, entry);
      return {
        ms: now - entry.since,
        get untold() {
          return entry.untold;
        },
        set untold(untold) {
          entry.untold = untold;
        },
      };
    },
    found: (namespace, apiService) => void entries.delete(keyOf(namespace, apiService)),
    waitingFor: (apiService) =>
      [...entries.values()].filter((entry) => entry.apiService === apiService).map(({ namespace }) => namespace),
  };
}
