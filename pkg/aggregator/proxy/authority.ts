import type { TransportSettings } from './interface.ts';

/** Host and port as a URL and a `Host` header have them: brackets around IPv6. */
export function toAuthority({ host, port }: Pick<TransportSettings, 'host' | 'port'>): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Where a backend is, as failures and messages name it. */
export function toAddress(settings: Pick<TransportSettings, 'host' | 'port'>): string {
  return `https://${toAuthority(settings)}`;
}
