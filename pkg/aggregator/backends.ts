import type { Prober } from './availability/interface.ts';
import type { Traffic } from './availability/traffic.ts';
import type { Transport, TransportSettings } from './proxy/interface.ts';
import { toSettingsKey } from './transport-settings.ts';

/** One backend address with one set of TLS settings: its connections and its health, shared by everybody who is served there. */
export interface Backend {
  readonly transport: Transport;
  readonly prober: Prober;
  readonly traffic: Traffic;
}

/** A backend that is kept for as long as it is held. */
export interface BackendLease extends Backend {
  /** To be called once, after the last snapshot that shows the transport was replaced. */
  release(): void;
}

/** The backends in use. */
export interface BackendRegistry {
  /** The backend of these settings, an existing one where possible. Throws what `newTransport` throws. */
  acquire(settings: TransportSettings): BackendLease;
  /** The backend of a transport, unless it was given up already. */
  find(transport: Transport): Backend | undefined;
  /** Ends every probe and every connection at once. */
  destroy(): Promise<void>;
}

/** What a registry is made of. */
export interface BackendRegistryOptions {
  readonly newTransport: (settings: TransportSettings) => Transport;
  /** The traffic hears what probes find. */
  readonly newProber: (transport: Transport, traffic: Traffic) => Prober;
  readonly newTraffic: () => Traffic;
}

/** A registry without backends. */
export function newBackendRegistry(options: BackendRegistryOptions): BackendRegistry {
  const { newTransport, newProber, newTraffic } = options;
  const backends = new Map<string, Backend & { holders: number }>();
  const byTransport = new Map<Transport, Backend>();
  /** Given up, but with requests that are still running. */
  const ending = new Set<Transport>();

  const giveUp = (key: string, { transport, prober, traffic }: Backend): void => {
    backends.delete(key);
    byTransport.delete(transport);
    prober.close();
    traffic.close();
    ending.add(transport);
    const ended = (): void => void ending.delete(transport);
    transport.close().then(ended, ended);
  };
  const open = (settings: TransportSettings): Backend & { holders: number } => {
    const transport = newTransport(settings);
    const traffic = newTraffic();
    const backend = { transport, prober: newProber(transport, traffic), traffic, holders: 0 };
    byTransport.set(transport, backend);
    return backend;
  };
  return {
    acquire(settings) {
      const key = toSettingsKey(settings);
      const backend = backends.get(key) ?? open(settings);
      backends.set(key, backend);
      backend.holders++;
      return {
        transport: backend.transport,
        prober: backend.prober,
        traffic: backend.traffic,
        release() {
          if (--backend.holders === 0) giveUp(key, backend);
        },
      };
    },
    find: (transport) => byTransport.get(transport),
    async destroy() {
      const transports = [...byTransport.keys(), ...ending];
      for (const { prober, traffic } of backends.values()) {
        prober.close();
        traffic.close();
      }
      await Promise.allSettled(transports.map((transport) => transport.destroy()));
    },
  };
}
