import { isIP } from 'node:net';
import type { Endpoints } from '../../../apis/core/v1/endpoints-schema.ts';
import type { EndpointSlice } from '../../../apis/discovery.k8s.io/v1/endpoint-slice-schema.ts';
import type { BackendAddress } from './interface.ts';

/** Hosts that listen on the same ports, whichever kind of object says so. */
export interface EndpointSet {
  readonly family: string;
  /** Those that take traffic. */
  readonly ready: readonly string[];
  /** How many do not. */
  readonly unready: number;
  /** By name, which is empty for the only port. */
  readonly ports: readonly { readonly name: string; readonly port: number }[];
}

/** An EndpointSlice as a set. An endpoint of which nothing is said is ready, and of several addresses of one the first counts. */
export function fromEndpointSlice({ addressType, endpoints, ports }: EndpointSlice): EndpointSet {
  const known = endpoints ?? [];
  const ready = known.filter(({ conditions }) => conditions?.ready !== false);
  return {
    family: addressType ?? '',
    ready: ready.flatMap(({ addresses }) => addresses?.slice(0, 1) ?? []),
    unready: known.length - ready.length,
    ports: toPorts(ports),
  };
}

/** Endpoints as sets, as upstream mirrors them into EndpointSlices, one a family of addresses. */
export function fromEndpoints({ metadata, subsets }: Endpoints): EndpointSet[] {
  // Somebody else makes the slices of these.
  if (metadata.labels?.['endpointslice.kubernetes.io/skip-mirror'] === 'true') return [];
  return (subsets ?? []).flatMap(({ addresses, notReadyAddresses, ports }) => {
    const families = Map.groupBy(addresses ?? [], ({ ip }) => (isIP(ip ?? '') === 6 ? 'IPv6' : 'IPv4'));
    const unready = notReadyAddresses?.length ?? 0;
    const sets = [...families].map(([family, list]) => ({
      family,
      ready: list.flatMap(({ ip }) => ip ?? []),
      unready,
    }));
    return (sets.length > 0 ? sets : [{ family: '', ready: [], unready }]).map((set) => ({
      ...set,
      ports: toPorts(ports),
    }));
  });
}

/** Connections are TCP; a port without a number stands for all of them, which is none to connect to. */
function toPorts(
  ports: readonly { readonly name?: string; readonly port?: number; readonly protocol?: string }[] | undefined,
): EndpointSet['ports'] {
  return (ports ?? []).flatMap(({ name = '', port, protocol = 'TCP' }) =>
    port === undefined || protocol !== 'TCP' ? [] : [{ name, port }],
  );
}

/** The addresses that take traffic for a port, each once, in the order of their text. */
export function toAddresses(sets: readonly EndpointSet[], portName: string): readonly BackendAddress[] {
  const found = new Map<string, BackendAddress>();
  for (const { ready, ports } of sets) {
    const matching = ports.filter(({ name }) => name === portName);
    for (const host of ready) for (const { port } of matching) found.set(`${host} ${port}`, { host, port });
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, address]) => address);
}
