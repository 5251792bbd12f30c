import { isIP } from 'node:net';
import { validateDNS1123Subdomain } from '../../../pkg/apimachinery/validation/dns-names.ts';

const schemePattern = /^[a-z][a-z0-9+.-]*:\/\//i;

/**
 * Why a text is no host: one text per mistake, each of which says what to write instead.
 *
 * A host is a DNS name or an IPv4 or IPv6 literal. One trailing dot is accepted: it marks an absolute name, for which no search
 * domain is tried; certificates carry the name without it.
 */
export function validateHost(host: string): string[] {
  if (host.length > maxLength) return validateDNS1123Subdomain(host);
  const { mistakes, rest } = takeApart(host);
  if (mistakes.length === 0) return validateBareHost(host);
  const wanted = rest.toLowerCase();
  const remedy = validateBareHost(wanted).length === 0 ? `put ${JSON.stringify(wanted)} here` : undefined;
  return mistakes.map(({ text, further }) => [text, join(remedy, further)].filter(Boolean).join('; '));
}

/** Beyond any URL that somebody could have pasted; patterns need not be tried on more. */
const maxLength = 2048;

function join(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(' ');
}

interface Mistake {
  readonly text: string;
  /** Where the part that does not belong here goes; continues the remedy. */
  readonly further?: string;
}

/** Takes off what does not belong to a host, from the outside in, as a person would who pasted a URL. */
function takeApart(host: string): { mistakes: readonly Mistake[]; rest: string } {
  const mistakes: Mistake[] = [];
  let rest = host;
  const strip = (next: string, text: string, further?: string): void => {
    if (next === rest) return;
    rest = next;
    mistakes.push(further === undefined ? { text } : { text, further });
  };
  if (isIP(rest) !== 0) return { mistakes, rest };
  strip(rest.replace(/\s+/g, ''), 'must not contain spaces');
  strip(rest.replace(schemePattern, ''), 'must be a host name or IP address without a scheme');
  strip(rest.replace(/[/?#].*$/s, ''), 'must be a host name or IP address without a path');
  strip(rest.replace(/^[^@]*@/s, ''), 'must be a host name or IP address without a user');
  const port = /^(?:\[[^\]]*\]|[^:]*):(\d*)$/.exec(rest)?.[1];
  if (port !== undefined) {
    const further = port === '' ? undefined : `and ${port} into the APIService's spec.service.port`;
    strip(rest.slice(0, -port.length - 1), 'must be a host name or IP address without a port', further);
  }
  if (rest.startsWith('[') && rest.endsWith(']')) strip(rest.slice(1, -1), 'must be an IP address without brackets');
  return { mistakes, rest };
}

function validateBareHost(host: string): string[] {
  if (host.includes('%')) return ['must be without a zone; a link-local address cannot be used'];
  if (isIP(host) !== 0) return [];
  const name = host.endsWith('.') ? host.slice(0, -1) : host;
  const lastLabel = name.slice(name.lastIndexOf('.') + 1);
  // Resolvers take such a name for an IPv4 address in one of its old notations, so it never is a DNS name.
  if (/^\d+$/.test(lastLabel)) return ['looks like an IPv4 address but is not one; write four numbers from 0 to 255'];
  if (host.includes(':')) return ['looks like an IPv6 address but is not one'];
  const lower = name.toLowerCase();
  if (lower !== name && validateDNS1123Subdomain(lower).length === 0) {
    return [`must be lower case; put ${JSON.stringify(host.toLowerCase())} here`];
  }
  return validateDNS1123Subdomain(name);
}
