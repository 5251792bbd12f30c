import { BlockList, isIP } from 'node:net';

/** Clients that may say for whom they ask: what they put into `X-Forwarded-*` and `Forwarded` is passed on. */
export interface TrustedProxies {
  /** Whether the address, without brackets, is one of theirs. */
  includes(address: string): boolean;
}

/** Nobody is trusted, which is the default: anybody can write such header lines. */
export const noTrustedProxies: TrustedProxies = { includes: () => false };

/** Reads addresses and CIDR ranges with commas in between, such as `10.0.0.0/8,fd00::/8,192.0.2.1`. Throws an `Error` that names the bad one. */
export function parseTrustedProxies(text: string): TrustedProxies {
  const entries = text.split(',').map((entry) => entry.trim());
  const list = new BlockList();
  for (const entry of entries) addRange(list, entry);
  return { includes: (address) => isIP(address) !== 0 && list.check(address, familyOf(address)) };
}

function addRange(list: BlockList, entry: string): void {
  const [address = '', length, ...more] = entry.split('/');
  const family = isIP(address);
  const bits = length === undefined ? (family === 4 ? 32 : 128) : Number(length);
  const valid =
    family !== 0 && more.length === 0 && /^\d{1,3}$/.test(length ?? '0') && bits <= (family === 4 ? 32 : 128);
  if (!valid) throw new Error(`${JSON.stringify(entry)} is neither an IP address nor a range such as 10.0.0.0/8`);
  list.addSubnet(address, bits, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}
