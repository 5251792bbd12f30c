import { isIP, isIPv4 } from 'node:net';

/** The shortest usual spelling of an IP address (`0:0::1` becomes `::1`, RFC 5952), or undefined for what is none. */
export function tryCanonicalIP(text: string): string | undefined {
  const family = isIP(text);
  if (family === 0) return undefined;
  return family === 4 ? text : new URL(`http://[${withoutZone(text)}]`).hostname.slice(1, -1);
}

/** The 4 or 16 bytes of an IP address, as certificates carry it. The address must be valid. */
export function toIPBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = new URL(`http://[${withoutZone(address)}]`).hostname.slice(1, -1).split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right];
  return Buffer.from(groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]));
}

/** A zone (`%eth0`) has a meaning on one machine only and no place in a certificate. */
function withoutZone(address: string): string {
  const zone = address.indexOf('%');
  return zone === -1 ? address : address.slice(0, zone);
}
