import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { Clock } from '../../component/id/clock.ts';
import { sleepUntil } from '../../pki/clock.ts';
import type { Follow } from './followers.ts';

/** What a name stands for now. */
export interface HostRecords {
  /** Addresses of one family, sorted; empty where there is not more than one, so that the name says it all. */
  readonly ips: readonly string[];
  /** How long that holds. */
  readonly ttlMs: number;
}

/** Asks for the addresses of a name. Rejects when nobody could be asked, so that what was known before stays. */
export type LookupHost = (host: string, signal: AbortSignal) => Promise<HostRecords>;

/** Records may live shorter, and longer; this is how often we ask. */
const shortestMs = 1000;
const longestMs = 30_000;
const retryMs = 5000;

/** Follows the addresses of names by asking again when their time is over. */
export function newFollowHost(lookup: LookupHost, clock: Clock): Follow<readonly string[]> {
  return async (host, publish, signal) => {
    let told = '';
    while (!signal.aborted) {
      let delayMs = retryMs;
      try {
        const { ips, ttlMs } = await lookup(host, signal);
        delayMs = Math.min(longestMs, Math.max(shortestMs, ttlMs));
        if (String(ips) !== told) publish(ips);
        told = String(ips);
      } catch {
        // Connections are opened by name or to the last known addresses meanwhile, and say themselves when they fail.
      }
      await sleepUntil(clock, clock.now() + delayMs, signal);
    }
  };
}

/** What a lookup asks, other than what the machine says. */
export interface DNSLookupOptions {
  /** Name servers as `address:port`. */
  readonly servers?: readonly string[];
  readonly hostsFile?: string;
}

/**
 * Asks the name servers by itself, because the resolver of the operating system takes a thread for each question, and a name whose
 * server is silent would hold up files and other names. What only that resolver knows (search domains, the hosts file) is left to it:
 * then a connection is opened by name.
 */
export function newDNSLookup({ servers, hostsFile = '/etc/hosts' }: DNSLookupOptions = {}): LookupHost {
  return async (host, signal) => {
    const name = host.replace(/\.$/, '').toLowerCase();
    if (isIP(host) !== 0 || !name.includes('.') || (await isInHostsFile(hostsFile, name))) {
      return { ips: [], ttlMs: longestMs };
    }
    const resolver = new Resolver({ timeout: 1000, tries: 2 });
    if (servers !== undefined) resolver.setServers(servers);
    const cancel = (): void => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const [four, six] = await Promise.all([
        resolver.resolve4(name, { ttl: true }).catch(toNoRecords),
        resolver.resolve6(name, { ttl: true }).catch(toNoRecords),
      ]);
      // Of a service in two families each backend has an address in both.
      const records = six.length > four.length ? six : four;
      const ttlMs = Math.min(...records.map(({ ttl }) => ttl * 1000), longestMs);
      const ips = [...new Set(records.map(({ address }) => address))].toSorted();
      return { ips: ips.length > 1 ? ips : [], ttlMs };
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };
}

/** An answer that there is nothing is an answer. */
function toNoRecords(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOTFOUND' || error.code === 'ENODATA') return [];
  throw error;
}

async function isInHostsFile(path: string, name: string): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n').some((line) => (line.split('#')[0] ?? '').toLowerCase().split(/\s+/).slice(1).includes(name));
}
