import type { TransportSettings } from './interface.ts';

/** Host and port as a URL and a `Host` header have them: brackets around IPv6. */
export function toAuthority({ host, port }: Pick<TransportSettings, 'host' | 'port'>): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** What makes up the place of a backend. */
type Place = Pick<TransportSettings, 'host' | 'port' | 'ip' | 'socketPath' | 'scheme' | 'pathPrefix'>;

/** Where a backend is, as failures and messages name it. */
export function toAddress(place: Place): string {
  const { ip, socketPath, pathPrefix = '' } = place;
  const where = socketPath ?? ip;
  return `${toOrigin(place)}${pathPrefix}${where === undefined ? '' : ` (${where})`}`;
}

/** Scheme, host and port. */
export function toOrigin(place: Pick<Place, 'host' | 'port' | 'scheme'>): string {
  return `${place.scheme ?? 'https'}://${toAuthority(place)}`;
}

/** What is connected to, as failures to connect name it. */
export function toEndpoint(place: Place): string {
  const { host, port, ip = host, socketPath } = place;
  return socketPath ?? toAuthority({ host: ip, port });
}

/** The path of a request at the backend. */
export function toBackendTarget({ pathPrefix = '' }: Pick<Place, 'pathPrefix'>, target: string): string {
  return pathPrefix + target;
}
