import { isIPv6 } from 'node:net';
import type { RequestContext } from '../../apiserver/request-context.ts';
import { type HeaderLines, isNominated } from './headers.ts';
import { isHttp2Request } from './request-protocol.ts';
import { noTrustedProxies, type TrustedProxies } from './trusted-proxies.ts';

/** What a trusted proxy may say, spelled as everybody does; other spellings are tricks. */
const believed: ReadonlySet<string> = new Set([
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-proto',
  'x-real-ip',
]);

/**
 * Header lines (name, value, name, value …) that tell a backend where the client is and what it asked for. The client's own lines
 * count for nothing, unless it is a trusted proxy: then its words stand, and it is added to the way that the request came.
 */
export function toForwardedHeaders(context: RequestContext, trusted: TrustedProxies = noTrustedProxies): string[] {
  const { request, path } = context;
  const client = clientAddress(context);
  const asked = isHttp2Request(request) ? (request.authority ?? request.headers.host) : request.headers.host;
  if (client === undefined || !trusted.includes(client)) {
    const lines = client === undefined ? [] : ['X-Forwarded-For', client];
    if (asked !== undefined) lines.push('X-Forwarded-Host', asked);
    lines.push('X-Forwarded-Proto', 'https', 'X-Forwarded-Uri', path);
    return lines;
  }
  const said = readBelieved(request.rawHeaders);
  const lines = ['X-Forwarded-For', [...(said.get('x-forwarded-for') ?? []), client].join(', ')];
  const host = said.get('x-forwarded-host')?.[0] ?? asked;
  if (host !== undefined) lines.push('X-Forwarded-Host', host);
  lines.push('X-Forwarded-Proto', said.get('x-forwarded-proto')?.[0] ?? 'https', 'X-Forwarded-Uri', path);
  for (const name of ['X-Forwarded-Port', 'X-Forwarded-Prefix', 'X-Real-Ip']) {
    const value = said.get(name.toLowerCase())?.[0];
    if (value !== undefined) lines.push(name, value);
  }
  const forwarded = said.get('forwarded');
  // RFC 7239: whoever uses it gets our element in the same form.
  if (forwarded !== undefined) lines.push('Forwarded', [...forwarded, toElement(client, asked)].join(', '));
  return lines;
}

/** The address of whoever is at the other end of the connection. */
function clientAddress({ request }: RequestContext): string | undefined {
  const address = request.socket.remoteAddress;
  return address?.startsWith('::ffff:') === true && address.includes('.') ? address.slice('::ffff:'.length) : address;
}

function readBelieved(lines: HeaderLines): ReadonlyMap<string, string[]> {
  const said = new Map<string, string[]>();
  for (let index = 0; index < lines.length; index += 2) {
    const name = (lines[index] ?? '').toLowerCase();
    const value = lines[index + 1] ?? '';
    if (!believed.has(name) || value === '' || isNominated(lines, name)) continue;
    const known = said.get(name);
    if (known === undefined) said.set(name, [value]);
    else known.push(value);
  }
  return said;
}

function toElement(client: string, host: string | undefined): string {
  const by = isIPv6(client) ? `"[${client}]"` : client;
  const asked =
    host === undefined ? '' : `;host=${/^[\w.-]+$/.test(host) ? host : `"${host.replaceAll(/["\\]/g, '\\$&')}"`}`;
  return `for=${by}${asked};proto=https`;
}
